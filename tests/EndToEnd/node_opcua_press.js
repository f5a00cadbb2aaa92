// A server of node-opcua with a press: values of several types, an array, a user, every policy and mode this product has. Its speed changes 20 times a second.
// Prints its port; ends with its standard input.
// Usage: node node_opcua_press.js PORT PKI_FOLDER
const { OPCUAServer, OPCUACertificateManager, MessageSecurityMode, SecurityPolicy, DataType, Variant, VariantArrayType } = require("node-opcua");

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
    userManager: { isValidUser: (user, password) => user === "ingest" && password === "s3cret" },
    securityModes: [MessageSecurityMode.None, MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [SecurityPolicy.None, SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes128_Sha256_RsaOaep, SecurityPolicy.Aes256_Sha256_RsaPss],
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const press = space.registerNamespace("urn:press");
  const object = press.addObject({ organizedBy: space.rootFolder.objects, browseName: "Press", nodeId: "s=Press" });
  const oil = press.addObject({ componentOf: object, browseName: "Oil", nodeId: "s=Press.Oil" });
  const speed = press.addVariable({ componentOf: object, browseName: "Speed", nodeId: "s=Press.Speed", dataType: "Double", value: new Variant({ dataType: DataType.Double, value: 1480.5 }) });
  press.addVariable({ componentOf: object, browseName: "Strokes", nodeId: "s=Press.Strokes", dataType: "Int32", value: new Variant({ dataType: DataType.Int32, value: -7 }) });
  press.addVariable({ componentOf: object, browseName: "State", nodeId: "s=Press.State", dataType: "String", value: new Variant({ dataType: DataType.String, value: "running" }) });
  press.addVariable({ componentOf: oil, browseName: "Temperature", nodeId: "s=Press.Oil.Temperature", dataType: "Float", value: new Variant({ dataType: DataType.Float, value: 45.5 }) });
  press.addVariable({
    componentOf: object, browseName: "Zones", nodeId: "s=Press.Zones", dataType: "Double", valueRank: 1, arrayDimensions: [3],
    value: new Variant({ dataType: DataType.Double, arrayType: VariantArrayType.Array, value: new Float64Array([1, 2, 3]) }),
  });
  press.addVariable({
    propertyOf: object, browseName: "SerialNumber", nodeId: "s=Press.SerialNumber", dataType: "String", value: new Variant({ dataType: DataType.String, value: "4711" }),
  });
  let n = 0;
  setInterval(() => speed.setValueFromSource(new Variant({ dataType: DataType.Double, value: 1480.5 + (++n % 2) })), 50);
  await server.start();
  console.log(port);
})().catch((failure) => { console.error(failure); process.exit(1); });
