// A server of node-opcua with a user, limits that are soon reached, and a small tree.
const { DataType, Variant } = require("node-opcua");
const { serve } = require("./node_opcua_serve.js");

serve({
  allowAnonymous: true,
  userManager: { isValidUser: (user, password) => user === "press" && password === "s3cret ü" },
  serverCapabilities: { maxBrowseContinuationPoints: 2, operationLimits: { maxNodesPerBrowse: 3, maxNodesPerRead: 700, maxNodesPerTranslateBrowsePathsToNodeIds: 2 } },
}, (space) => {
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
});
