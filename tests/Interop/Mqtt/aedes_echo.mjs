// A broker (npm's aedes) and a client of it (npm's mqtt) that sends back to back/... what comes to from/..., with its own quality of service.
// Prints the broker's port and ends with its standard input.
const require = (await import('node:module')).createRequire(process.cwd() + '/');
const net = await import('node:net');
const aedes = require('aedes')();
const mqtt = require('mqtt');
const server = net.createServer(aedes.handle);
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, clientId: 'echo' });
  client.on('message', (topic, payload, packet) => client.publish(topic.replace('from/', 'back/'), payload, { qos: packet.qos }));
  client.subscribe('from/#', { qos: 2 }, () => console.log(port));
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
