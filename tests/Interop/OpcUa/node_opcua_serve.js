// A server of node-opcua with every policy and mode this product has, at 127.0.0.1:PORT with its certificates in PKI_FOLDER. Prints its port when it listens; ends with its standard input.
// serve(OPTIONS, FILL): options of OPCUAServer beside these, and what puts nodes into its address space.
// Of every script that uses it: node SCRIPT PORT PKI_FOLDER
const { OPCUAServer, OPCUACertificateManager, MessageSecurityMode, SecurityPolicy } = require("node-opcua");

exports.serve = (options = {}, fill = () => {}) => {
  process.stdin.resume();
  process.stdin.on("end", () => process.exit(0));
  start(options, fill).catch((failure) => { console.error(failure); process.exit(1); });
};

async function start(options, fill) {
  const [port, folder] = [Number(process.argv[2]), process.argv[3]];
  const certificates = new OPCUACertificateManager({ rootFolder: folder, automaticallyAcceptUnknownCertificate: true });
  await certificates.initialize();
  const server = new OPCUAServer({
    port,
    hostname: "127.0.0.1",
    serverCertificateManager: certificates,
    userCertificateManager: certificates,
    securityModes: [MessageSecurityMode.None, MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [SecurityPolicy.None, SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes128_Sha256_RsaOaep, SecurityPolicy.Aes256_Sha256_RsaPss],
    ...options,
  });
  await server.initialize();
  fill(server.engine.addressSpace);
  await server.start();
  console.log(port);
}
