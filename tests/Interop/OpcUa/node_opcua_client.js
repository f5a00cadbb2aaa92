// A client of node-opcua that uses a server of this product as other people's programs would. Says "ok WHAT" for each thing that worked, "ask WHAT" where the test has to do something first (and then waits for
// a line on its standard input), and ends with 0.
// Usage: node node_opcua_client.js URL PKI_FOLDER FOLDER_OF_TRUSTED_CLIENTS
const fs = require("fs");
const path = require("path");
const readline = require("readline");
const { OPCUAClient, OPCUACertificateManager, MessageSecurityMode, SecurityPolicy, UserTokenType, AttributeIds, TimestampsToReturn, ClientSubscription, ClientMonitoredItemGroup, ClientMonitoredItem,
  DataChangeFilter, DataChangeTrigger, DeadbandType, DataType, StatusCodes, BrowseDirection, NodeClass } = require("node-opcua");

const [url, pki, trusted] = process.argv.slice(2);
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const ok = (what) => console.log("ok " + what);
const ask = async (what) => { console.log("ask " + what); await lines.next(); };
const demand = (is, what) => { if (!is) throw new Error(what); };
const until = async (condition, what) => {
  for (const end = Date.now() + 60000; !condition();) {
    if (Date.now() > end) throw new Error("not within 60 s: " + what);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

(async () => {
  const certificates = new OPCUACertificateManager({ rootFolder: pki, automaticallyAcceptUnknownCertificate: true });
  await certificates.initialize();
  const make = (securityPolicy, securityMode) => OPCUAClient.create({
    securityPolicy, securityMode, endpointMustExist: false, clientCertificateManager: certificates, connectionStrategy: { initialDelay: 50, maxDelay: 500, maxRetry: -1 }, requestedSessionTimeout: 60000 });
  const first = make(SecurityPolicy.None, MessageSecurityMode.None);
  await first.createDefaultCertificate();
  fs.writeFileSync(path.join(trusted, "node.der"), first.getCertificate());
  for (const policy of ["None", "Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss"]) {
    for (const mode of policy === "None" ? ["None"] : ["Sign", "SignAndEncrypt"]) {
      const client = make(SecurityPolicy[policy], MessageSecurityMode[mode]);
      await client.connect(url);
      const session = await client.createSession();
      const value = await session.read({ nodeId: "i=2259", attributeId: AttributeIds.Value });
      demand(value.statusCode === StatusCodes.Good && value.value.value === 0, `State with ${policy} ${mode}: ${value}`);
      await session.close();
      const named = await client.createSession({ type: UserTokenType.UserName, userName: "operator", password: "s3cret" });
      await named.close();
      let refused = false;
      try { await client.createSession({ type: UserTokenType.UserName, userName: "operator", password: "wrong" }); } catch { refused = true; }
      demand(refused, "a wrong password was taken");
      await client.disconnect();
      ok(`${policy} ${mode}`);
    }
  }

  const client = make(SecurityPolicy.Basic256Sha256, MessageSecurityMode.SignAndEncrypt);
  await client.connect(url);
  const session = await client.createSession();
  const namespaces = await session.readNamespaceArray();
  const index = namespaces.indexOf("urn:test:plant");
  demand(index === 2, `namespaces ${namespaces}`);
  const node = (i) => `ns=${index};s=Tag${i}`;
  let browsed = await session.browse("ns=1;s=Press");
  let references = browsed.references;
  while (browsed.continuationPoint && browsed.continuationPoint.length > 0) {
    browsed = await session.browseNext(browsed.continuationPoint, false);
    references = references.concat(browsed.references);
  }
  demand(references.filter((r) => r.nodeId.namespace === index).length === 1200, `browsed ${references.length}`);
  ok("browse");
  demand((await session.getBuiltInDataType(node(1))) === DataType.Double, "data type");
  const all = await session.read(["NodeId", "NodeClass", "BrowseName", "DisplayName", "DataType", "ValueRank", "AccessLevel", "MinimumSamplingInterval", "Historizing", "Value"]
    .map((a) => ({ nodeId: node(1), attributeId: AttributeIds[a] })));
  demand(all.every((v) => v.statusCode === StatusCodes.Good), `attributes: ${all.map((v) => v.statusCode.name)}`);
  demand((await session.read({ nodeId: node(9), attributeId: AttributeIds.Value })).value.value.startsWith("value "), "text");
  ok("read");
  const written = await session.write([0, 1].map((i) => ({ nodeId: node(i), attributeId: AttributeIds.Value, value: { value: { dataType: DataType.Double, value: 77.5 } } })));
  demand(written[0] === StatusCodes.Good && written[1] === StatusCodes.BadNotWritable, `written ${written}`);
  demand((await session.read({ nodeId: node(0), attributeId: AttributeIds.Value })).value.value === 77.5, "what was written");
  ok("write");

  const subscription = ClientSubscription.create(session, { requestedPublishingInterval: 100, requestedLifetimeCount: 1000, requestedMaxKeepAliveCount: 10, maxNotificationsPerPublish: 0, publishingEnabled: true, priority: 1 });
  await new Promise((resolve) => subscription.once("started", resolve));
  const last = new Map();
  let wrong = 0;
  const group = ClientMonitoredItemGroup.create(subscription, [...Array(1000).keys()].map((i) => ({ nodeId: node(i), attributeId: AttributeIds.Value })), { samplingInterval: 100, queueSize: 10, discardOldest: true }, TimestampsToReturn.Both);
  group.on("changed", (item, value, i) => {
    if (i === 0) return;
    const number = i % 10 === 9 ? Number(value.value.value.slice(6)) : value.value.value;
    if (last.has(i) && number !== last.get(i) + 1) wrong++;
    last.set(i, number);
  });
  await until(() => last.size === 999 && [...last.values()].every((n) => n >= 5), "five values of 1,000 items");
  demand(wrong === 0, `${wrong} values out of order`);
  ok("1000 items");
  const monitored = await session.getMonitoredItems(subscription.subscriptionId);
  const handles = new Map(group.monitoredItems.map((item) => [item.monitoredItemId, item.monitoringParameters.clientHandle]));
  demand(monitored.serverHandles.length === 1000 && monitored.serverHandles.every((id, i) => handles.get(id) === monitored.clientHandles[i]), `monitored ${monitored.serverHandles.length} items`);
  await group.terminate();
  demand((await session.getMonitoredItems(subscription.subscriptionId)).serverHandles.length === 0, "items of an empty subscription");
  const methods = (await session.browse({ nodeId: "Server", referenceTypeId: "HasComponent", browseDirection: BrowseDirection.Forward, nodeClassMask: NodeClass.Method, resultMask: 63 })).references;
  demand(methods.length === 1 && methods[0].browseName.name === "GetMonitoredItems", `methods ${methods}`);
  const executable = await session.read([AttributeIds.Executable, AttributeIds.UserExecutable].map((attributeId) => ({ nodeId: methods[0].nodeId, attributeId })));
  demand(executable.every((v) => v.value.value === true), `executable ${executable}`);
  const definition = await session.getArgumentDefinition(methods[0].nodeId);
  const argument = (a) => `${a.name} ${DataType[a.dataType.value]} ${a.valueRank}`;
  demand(definition.inputArguments.map(argument).join() === "SubscriptionId UInt32 -1", `input arguments ${definition.inputArguments}`);
  demand(definition.outputArguments.map(argument).join() === "ServerHandles UInt32 1,ClientHandles UInt32 1", `output arguments ${definition.outputArguments}`);
  const unknown = await session.call({ objectId: methods[0].nodeId, methodId: methods[0].nodeId, inputArguments: [] });
  demand(unknown.statusCode === StatusCodes.BadMethodInvalid, `a method of no object: ${unknown.statusCode}`);
  ok("method");

  const monitor = async (i, sampling, queue, filter) => {
    const item = ClientMonitoredItem.create(subscription, { nodeId: node(i), attributeId: AttributeIds.Value }, { samplingInterval: sampling, queueSize: queue, discardOldest: true, filter }, TimestampsToReturn.Both);
    const got = [];
    item.on("changed", (value) => got.push(value));
    await new Promise((resolve, reject) => { item.once("initialized", resolve); item.once("err", (message) => reject(new Error(message))); });
    return { item, got };
  };
  const bands = await monitor(1101, 20, 100, new DataChangeFilter({ trigger: DataChangeTrigger.StatusValue, deadbandType: DeadbandType.Absolute, deadbandValue: 3 }));
  await until(() => bands.got.length >= 4, "values beyond the deadband");
  demand(bands.got.slice(1).every((v, k) => v.value.value === bands.got[k].value.value + 4), `deadband: ${bands.got.map((v) => v.value.value)}`);
  ok("deadband");
  const fast = await monitor(1102, 10, 10);
  await until(() => fast.got.length >= 30, "30 fast values");
  const gaps = fast.got.slice(1).filter((v, k) => v.value.value !== fast.got[k].value.value + 1 && !v.statusCode.toString().includes("Overflow"));
  demand(gaps.length === 0, `a gap without an overflow: ${fast.got.map((v) => v.value.value + " " + v.statusCode)}`);
  ok("queue of 10");
  const gone = await monitor(1103, 50, 10);
  await ask("vanish");
  await until(() => gone.got.some((v) => v.statusCode.value === StatusCodes.BadNodeIdUnknown.value), "BadNodeIdUnknown");
  ok("vanish");
  const restarted = await monitor(1104, 50, 10);
  await until(() => restarted.got.length > 0, "a value before the restart");
  await ask("restart");
  // The server counts from 1 again.
  restarted.got.length = 0;
  await until(() => restarted.got.some((v) => v.value.value !== null), "values after the restart");
  ok("restart");
  await subscription.terminate();
  await session.close();
  await client.disconnect();
  ok("all");
  process.exit(0);
})().catch((error) => { console.error(error); process.exit(1); });
