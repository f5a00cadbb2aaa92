// A server of node-opcua with a press: values of several types, an array, a user. Its speed changes 20 times a second.
const { DataType, Variant, VariantArrayType } = require("node-opcua");
const { serve } = require("../Interop/OpcUa/node_opcua_serve.js");

serve({
  allowAnonymous: true,
  userManager: { isValidUser: (user, password) => user === "ingest" && password === "s3cret" },
}, (space) => {
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
});
