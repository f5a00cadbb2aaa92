// Usage: node sparkplug_payload.js FOLDER encode|decode
// encode: payloads of every type, encoded by npm's sparkplug-payload, one in hexadecimal a line.
// decode: payloads in hexadecimal, one a line on standard input, as JSON, one a line.
const modules = process.argv[2] + "/node_modules/";
const sparkplug = require(modules + "sparkplug-payload").get("spBv1.0");
const Long = require(modules + "long");
const time = 1795000000123;

const columns = { numOfColumns: 2, types: ["UInt64", "String"], columns: ["number", "text"], rows: [[Long.fromString("1", true), "a"], [Long.fromString("2", true), "b"]] };
const template = { version: "1.0", templateRef: "motor", isDefinition: false, metrics: [{ name: "rpm", type: "Int32", value: 1500 }], parameters: [{ name: "p", type: "String", value: "x" }] };
const birth = {
  timestamp: time, seq: 0, uuid: "schema", body: new Uint8Array([1, 2, 3]),
  metrics: [
    { name: "Int8", alias: 1, type: "Int8", value: -5 },
    { name: "Int16", alias: 2, type: "Int16", value: -32768 },
    { name: "Int32", alias: 3, type: "Int32", value: -2147483648 },
    { name: "Int64", alias: 4, type: "Int64", value: Long.fromString("-9223372036854775808") },
    { name: "UInt8", alias: 5, type: "UInt8", value: 255 },
    { name: "UInt16", alias: 6, type: "UInt16", value: 65535 },
    { name: "UInt32", alias: 7, type: "UInt32", value: 4294967295 },
    { name: "UInt64", alias: 8, type: "UInt64", value: Long.fromString("18446744073709551615", true) },
    { name: "Float", alias: 9, type: "Float", value: 0.1 },
    { name: "Double", alias: 10, type: "Double", value: Math.PI },
    { name: "Boolean", alias: 11, type: "Boolean", value: true },
    { name: "String", alias: 12, type: "String", value: "läuft" },
    { name: "DateTime", alias: 13, type: "DateTime", value: time },
    { name: "Text", alias: 14, type: "Text", value: "" },
    { name: "UUID", alias: 15, type: "UUID", value: "9d0e4b1c-0000-4000-8000-000000000001" },
    { name: "DataSet", alias: 16, type: "DataSet", value: columns },
    { name: "Bytes", alias: 17, type: "Bytes", value: new Uint8Array([0, 255]) },
    { name: "File", alias: 18, type: "File", value: new Uint8Array(1000) },
    { name: "Template", alias: 19, type: "Template", value: template },
    { name: "Null", alias: 20, type: "Double", value: null, isNull: true },
    {
      name: "Properties", alias: 1000000, type: "Double", value: 2.5, timestamp: time + 5, metadata: { isMultiPart: false, contentType: "none" },
      properties: { engUnit: { type: "String", value: "bar" }, Quality: { type: "Int32", value: 500 }, inner: { type: "PropertySet", value: { deep: { type: "Boolean", value: true } } } },
    },
  ],
};
const data = {
  timestamp: time + 1000, seq: 1,
  metrics: [
    { alias: 10, type: "Double", value: -1.5, timestamp: time + 999 },
    { alias: 1, type: "Int8", value: 7, isHistorical: true, timestamp: time - 60000 },
    { alias: 12, type: "String", value: "x".repeat(300), isTransient: true },
  ],
};

function text(value) {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Long.isLong(value)) return value.toString();
  return Object.is(value, -0) ? "-0" : String(value);
}

// A metric whose is_null is set is decoded with the value null.
function shown(payload) {
  const metrics = (payload.metrics || []).map(m => ({
    name: m.name ?? null, alias: text(m.alias), type: m.type, value: text(m.value), timestamp: text(m.timestamp),
    isHistorical: !!m.isHistorical, isTransient: !!m.isTransient,
    properties: Object.fromEntries(Object.entries(m.properties || {}).map(([key, p]) => [key, `${p.type} ${text(p.value)}`])),
  }));
  return { timestamp: text(payload.timestamp), seq: text(payload.seq), uuid: payload.uuid ?? null, body: text(payload.body), metrics };
}

if (process.argv[3] === "encode") {
  for (const payload of [birth, data]) console.log(Buffer.from(sparkplug.encodePayload(payload)).toString("hex"));
} else {
  const lines = require("fs").readFileSync(0, "utf8").split("\n").filter(line => line.length > 0);
  for (const line of lines) console.log(JSON.stringify(shown(sparkplug.decodePayload(Buffer.from(line, "hex")))));
}
