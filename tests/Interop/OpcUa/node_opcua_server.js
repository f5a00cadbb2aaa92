// A server of node-opcua with nothing but what every server has.
require("./node_opcua_serve.js").serve();
