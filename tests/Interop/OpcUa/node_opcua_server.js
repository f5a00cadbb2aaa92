// A server of node-opcua with every policy and mode this product has. Prints its port; ends with its standard input.
// Usage: node node_opcua_server.js PORT PKI_FOLDER
const { OPCUAServer, OPCUACertificateManager, MessageSecurityMode, SecurityPolicy } = require("node-opcua");

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));

(async () => {
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
  });
  await server.start();
  console.log(port);
})().catch((failure) => { console.error(failure); process.exit(1); });
