// A server of node-opcua with users, a small tree and every policy and mode this product has. Prints its port; ends with its standard input.
// Usage: node node_opcua_session_server.js PORT PKI_FOLDER
const { OPCUAServer, OPCUACertificateManager, MessageSecurityMode, SecurityPolicy, DataType, Variant } = require("node-opcua");

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
    allowAnonymous: true,
    userManager: { isValidUser: (user, password) => user === "press" && password === "s3cret ü" },
    serverCapabilities: { maxBrowseContinuationPoints: 2, operationLimits: { maxNodesPerBrowse: 3, maxNodesPerRead: 700, maxNodesPerTranslateBrowsePathsToNodeIds: 2 } },
    securityModes: [MessageSecurityMode.None, MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [SecurityPolicy.None, SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes128_Sha256_RsaOaep, SecurityPolicy.Aes256_Sha256_RsaPss],
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const press = space.registerNamespace("urn:press");
  const folderNode = press.addFolder(space.rootFolder.objects, { browseName: "Press", nodeId: "s=Press" });
  for (let i = 0; i < 250; i++) {
    press.addVariable({ componentOf: folderNode, browseName: `Speed ${i}`, nodeId: `s=Press.Speed ${i}`, dataType: "Double", value: new Variant({ dataType: DataType.Double, value: i + 0.5 }) });
  }
  // Something to write to, and something that writing takes away.
  const desk = press.addFolder(space.rootFolder.objects, { browseName: "Desk", nodeId: "s=Desk" });
  press.addVariable({ componentOf: desk, browseName: "Set", nodeId: "s=Desk.Set", dataType: "Double", accessLevel: "CurrentRead | CurrentWrite", value: new Variant({ dataType: DataType.Double, value: 1 }) });
  const doomed = press.addVariable({ componentOf: desk, browseName: "Doomed", nodeId: "s=Desk.Doomed", dataType: "Double", accessLevel: "CurrentRead", value: new Variant({ dataType: DataType.Double, value: 2 }) });
  const remove = press.addVariable({ componentOf: desk, browseName: "Remove", nodeId: "s=Desk.Remove", dataType: "Boolean", accessLevel: "CurrentRead | CurrentWrite", value: new Variant({ dataType: DataType.Boolean, value: false }) });
  remove.on("value_changed", (value) => { if (value.value.value === true) space.deleteNode(doomed); });
  await server.start();
  console.log(port);
})().catch((failure) => { console.error(failure); process.exit(1); });
