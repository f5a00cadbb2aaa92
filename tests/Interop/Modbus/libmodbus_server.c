/* A Modbus TCP server on libmodbus, for ModbusInteropTests: prints its port, serves one connection after another until its stdin closes. Each table holds its
   address as value (bits: odd addresses are on), 0 to 999; beyond that libmodbus answers exception 2. Holding registers 200 onward hold the
   same vectors as pymodbus_server.py. */
#include <arpa/inet.h>
#include <errno.h>
#include <modbus.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ADDRESSES = 1000 };

static void *leave_with_parent(void *unused)
{
    char c;
    while (read(0, &c, 1) > 0) { }
    _exit(0);
    return unused;
}

static int put(uint16_t *registers, uint64_t bits, int words)
{
    for (int i = 0; i < words; i++) registers[i] = (uint16_t)(bits >> (16 * (words - 1 - i)));
    return words;
}

int main(void)
{
    pthread_t leaver;
    pthread_create(&leaver, NULL, leave_with_parent, NULL);

    modbus_mapping_t *map = modbus_mapping_new(ADDRESSES, ADDRESSES, ADDRESSES, ADDRESSES);
    for (int a = 0; a < ADDRESSES; a++) {
        map->tab_bits[a] = map->tab_input_bits[a] = a % 2;
        map->tab_registers[a] = map->tab_input_registers[a] = a;
    }
    float f = -12.375f;
    double d = 1.0 / 3;
    uint32_t fbits;
    uint64_t dbits;
    memcpy(&fbits, &f, 4);
    memcpy(&dbits, &d, 8);
    uint16_t *at = map->tab_registers + 200;
    at += put(at, (uint16_t)-2, 1);
    at += put(at, (uint32_t)-70000, 2);
    at += put(at, 3000000000u, 2);
    at += put(at, (uint64_t)-5000000000LL, 4);
    at += put(at, 9223372036854775813ull, 4);
    at += put(at, fbits, 2);
    at += put(at, dbits, 4);
    put(map->tab_registers + 240, 0x48656C6C6F00ull, 3);

    /* libmodbus takes no port 0, so the socket is ours. */
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4)
        || getsockname(listener, (struct sockaddr *)&address, &length)) {
        perror("listen");
        return 1;
    }
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);

    modbus_t *modbus = modbus_new_tcp("127.0.0.1", ntohs(address.sin_port));
    for (;;) {
        int peer = accept(listener, NULL, NULL);
        if (peer < 0) continue;
        modbus_set_socket(modbus, peer);
        uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];
        for (;;) {
            int bytes = modbus_receive(modbus, request);
            if (bytes > 0) modbus_reply(modbus, request, bytes, map);
            else if (bytes < 0) break;
        }
        close(peer);
    }
}
