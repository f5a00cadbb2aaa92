/* A subscriber on libmosquitto that does nothing but count: what a broker gives out to a program in C.
 * Arguments: port, topic filter, QoS. It prints how many messages have come, a line every 10 ms, until its input ends. */
#include <mosquitto.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct subscription { const char *filter; int qos; };
static long messages;

static void connected(struct mosquitto *client, void *of, int reason) {
    struct subscription *wanted = of;
    if (reason == 0) mosquitto_subscribe(client, NULL, wanted->filter, wanted->qos);
}

static void subscribed(struct mosquitto *client, void *of, int id, int count, const int *granted) {
    (void)client; (void)of; (void)id; (void)count; (void)granted;
    puts("subscribed");
    fflush(stdout);
}

static void received(struct mosquitto *client, void *of, const struct mosquitto_message *message) {
    (void)client; (void)of; (void)message;
    messages++;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

int main(int count, char **arguments) {
    if (count != 4) return 2;
    struct subscription wanted = { arguments[2], atoi(arguments[3]) };
    mosquitto_lib_init();
    struct mosquitto *client = mosquitto_new(NULL, true, &wanted);
    /* As the product asks for: 5.0, and as many messages under way as there are packet identifiers. */
    mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, 65535);
    mosquitto_connect_callback_set(client, connected);
    mosquitto_subscribe_callback_set(client, subscribed);
    mosquitto_message_callback_set(client, received);
    if (mosquitto_connect(client, "127.0.0.1", atoi(arguments[1]), 60) != MOSQ_ERR_SUCCESS) return 3;
    double next = now();
    struct pollfd input = { 0, POLLIN, 0 };
    while (poll(&input, 1, 0) == 0) {
        if (mosquitto_loop(client, 10, 1) != MOSQ_ERR_SUCCESS) return 4;
        if (now() < next) continue;
        printf("%ld\n", messages);
        fflush(stdout);
        next += 0.01;
    }
    mosquitto_destroy(client);
    return 0;
}
