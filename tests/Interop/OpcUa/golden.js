// Records what another stack makes of this product's messages: node-opcua 2.186.4 (npm).
//
//   npm install --prefix FOLDER node-opcua@2.186.4
//   NODE_PATH=FOLDER/node_modules node golden.js < messages.txt > golden.txt
//
// In: a message a line, "NAME HEX". Out: for each the line "NAME HEX", the bytes as node-opcua writes what it has read, and below it a line "  FIELD = VALUE" for every field, under the name
// that node-opcua has for it. golden.txt can itself be fed in: lines that begin with a blank are passed over.
"use strict";
// What node-opcua itself has to say does not belong to the answer.
console.log = console.error;
const opcua = require("node-opcua");
const { BinaryStream } = require("node-opcua-binary-stream");

// Classes that node-opcua names otherwise, or does not export at its top.
const named = { UaRange: opcua.Range };

function number64(parts) {
  return ((BigInt(parts[0]) << 32n) + BigInt(parts[1])).toString();
}

function nodeId(id) {
  const identifier = { 1: () => `i=${id.value}`, 2: () => `s=${id.value}`, 3: () => `g=${id.value.toLowerCase()}`, 4: () => `b=${id.value.toString("base64")}` }[id.identifierType]();
  return (id.namespace ? `ns=${id.namespace};` : "") + identifier;
}

function variant(lines, path, value) {
  const type = opcua.DataType[value.dataType];
  lines.push(`${path}.type = ${type}`);
  if (value.arrayType === opcua.VariantArrayType.Array) Array.from(value.value).forEach((element, i) => lines.push(`${path}.${i} = ${element}`));
  else lines.push(`${path}.value = ${type.endsWith("Int64") ? number64(value.value) : value.value}`);
}

function field(lines, path, value) {
  if (value === null || value === undefined) lines.push(`${path} = null`);
  else if (Buffer.isBuffer(value)) lines.push(`${path} = ${value.toString("hex").toUpperCase()}`);
  else if (value instanceof Date) lines.push(`${path} = ${value.toISOString()}`);
  else if (Array.isArray(value) || ArrayBuffer.isView(value)) Array.from(value).forEach((element, i) => field(lines, `${path}.${i}`, element));
  else if (value instanceof opcua.StatusCode) lines.push(`${path} = ${value.value}`);
  else if (value instanceof opcua.ExpandedNodeId) lines.push(`${path} = ${nodeId(value)} ${value.namespaceUri ?? ""} ${value.serverIndex ?? 0}`);
  else if (value instanceof opcua.NodeId) lines.push(`${path} = ${nodeId(value)}`);
  // What is no range there is kept as it came.
  else if (value instanceof opcua.NumericRange) lines.push(`${path} = ${value.value}`);
  else if (value instanceof opcua.Variant) variant(lines, path, value);
  else if (value instanceof opcua.DataValue) {
    if (value.value) variant(lines, `${path}.value`, value.value);
    lines.push(`${path}.status = ${value.statusCode.value}`);
    lines.push(`${path}.source = ${value.sourceTimestamp ? value.sourceTimestamp.toISOString() : "none"}`);
    lines.push(`${path}.server = ${value.serverTimestamp ? value.serverTimestamp.toISOString() : "none"}`);
  } else if (typeof value === "object") fields(lines, `${path}.`, value);
  else lines.push(`${path} = ${value}`);
}

function fields(lines, prefix, value) {
  const names = value.schema ? allFields(value.schema) : Object.keys(value);
  for (const name of names) field(lines, prefix + name, value[name]);
}

function allFields(schema) {
  const own = schema.fields.map((f) => f.name);
  const base = schema.baseType && opcua[schema.baseType] && opcua[schema.baseType].schema;
  return base ? [...allFields(base), ...own] : own;
}

for (const line of require("fs").readFileSync(0, "utf8").split("\n")) {
  if (line === "" || line.startsWith(" ") || line.startsWith("#")) continue;
  const [name, hex] = line.split(" ");
  const bytes = Buffer.from(hex, "hex");
  const message = new (named[name] ?? opcua[name] ?? require("node-opcua-types")[name])({});
  const reading = new BinaryStream(bytes);
  message.decode(reading);
  if (reading.length !== bytes.length) throw new Error(`${name}: read to ${reading.length} of ${bytes.length}`);
  const writing = new BinaryStream(Buffer.alloc(bytes.length * 2 + 100));
  message.encode(writing);
  const lines = [];
  fields(lines, "", message);
  process.stdout.write(`${name} ${writing.buffer.subarray(0, writing.length).toString("hex").toUpperCase()}\n`);
  for (const one of lines) process.stdout.write(`  ${one}\n`);
}
