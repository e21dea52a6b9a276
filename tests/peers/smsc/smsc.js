'use strict';

// An SMSC for tests: SMPP on one loopback port, and a control port that tests drive over HTTP.
// It stores and forwards as a real one does: what a client has not acknowledged is sent again at its next bind.
// Prints {"smpp": port, "control": port} when it is ready; ends when its standard input closes, so it outlives no test run.
//
//   node smsc.js [SYSTEM_ID PASSWORD [PORT]]

const http = require('node:http');
const smpp = require('smpp');

const [systemId = 'coop', password = 'secret', port = '0'] = process.argv.slice(2);

const UCS2 = 8;
const UDH_INDICATOR = 0x40;
const RECEIPT = 0x04;
const WINDOW = 100; // messages sent to one session and not yet acknowledged
const STATES = { DELIVRD: 2, EXPIRED: 3, DELETED: 4, UNDELIV: 5, ACCEPTD: 6, UNKNOWN: 7, REJECTD: 8 };

const ORDINARY = Object.freeze({
  receipts: true, // answer a request for a receipt
  receipt_delay_ms: 20,
  receipt_status: 'DELIVRD',
  answer_delay_ms: 0, // before the answer to a submit
  refuse_next: 0, // that many submits are refused
  refuse_status: 'ESME_RTHROTTLED',
  lose_answers: 0, // that many submits are accepted, but the session breaks before the answer
  receipt_first: false, // the receipt leaves before the answer to the submit
  receipt_id: 'same', // how a receipt writes the id: 'same', 'decimal', 'upper' or 'short' (without leading zeros)
  receipt_parameters: true, // whether a receipt tells id and state in parameters too, or in its text alone
  lose_mo_answers: 0, // that many acknowledgements of messages are lost, and the session with them
  lose_mo_answers_after: 0, // and only once that many receipts were acknowledged, so that no submit is under way
  retry_ms: 0, // a message that was answered with an error goes out again after so long, 0: never
  accept_binds: true,
});

let behaviour = { ...ORDINARY };
let submitted = [];
let lastId = 0;
let lastReference = 0;
const byId = new Map(); // every submit so far, so that a receipt can still come after the list was cleared
const sessions = new Map(); // bound session -> { receives, inFlight }
const queue = []; // deliver_sm still to send
const counters = { mo: 0, mo_acknowledged: 0, dlr: 0, dlr_acknowledged: 0, submits: 0, refused: 0, binds: 0 };

// The library would decode a text and forget its octets; tests look at both.
smpp.filters.message.decode = (octets) => octets;

// ---- towards the client: messages and receipts ----

function deliver(kind, fields) {
  counters[kind] += 1;
  return new Promise((resolve) => {
    queue.push({ kind, fields, resolve });
    pump();
  });
}

// What is in flight goes out again at the next bind.
function breakOff(session) {
  if (counters.dlr_acknowledged < behaviour.lose_mo_answers_after) setTimeout(breakOff, 5, session);
  else session.destroy();
}

function pump() {
  for (const [session, state] of sessions) {
    while (state.receives && queue.length > 0 && state.inFlight.size < WINDOW) {
      const delivery = queue.shift();
      state.inFlight.add(delivery);
      session.deliver_sm(delivery.fields, (answer) => {
        if (delivery.kind === 'mo' && behaviour.lose_mo_answers > 0) {
          behaviour.lose_mo_answers -= 1;
          breakOff(session);
          return;
        }
        state.inFlight.delete(delivery);
        if (answer.command_status !== 0 && behaviour.retry_ms > 0) {
          setTimeout(() => {
            queue.push(delivery);
            pump();
          }, behaviour.retry_ms);
          pump();
          return;
        }
        counters[`${delivery.kind}_acknowledged`] += 1;
        delivery.resolve(answer.command_status);
        pump();
      });
    }
  }
}

function septets(character) {
  return smpp.encodings.ASCII.encode(character).length;
}

// Splits as a handset does: by length alone, but never inside a surrogate pair or an escape.
function split(text, size, alone, part) {
  const characters = [...text];
  if (characters.reduce((sum, character) => sum + size(character), 0) <= alone) return [text];
  const parts = [''];
  let used = 0;
  for (const character of characters) {
    if (used + size(character) > part) {
      parts.push('');
      used = 0;
    }
    parts[parts.length - 1] += character;
    used += size(character);
  }
  return parts;
}

function sendMo({ from, to, text, encoding = 'UCS2', ton = 1, reference_bits: bits = 8, reversed = false }) {
  const wide = encoding === 'UCS2';
  const coder = wide ? smpp.encodings.UCS2 : smpp.encodings.ASCII;
  if (!wide && !coder.match(text)) throw new Error(`not in the GSM alphabet: ${text}`);
  const texts = wide ? split(text, (character) => character.length, 70, 67) : split(text, septets, 160, 153);
  lastReference += 1;
  const low = lastReference & 0xff;
  const messages = texts.map((part, index) => {
    const header = bits === 16 ? [6, 8, 4, low, low, texts.length, index + 1] : [5, 0, 3, low, texts.length, index + 1];
    const udh = Buffer.from(texts.length > 1 ? header : []);
    return {
      source_addr_ton: ton,
      source_addr_npi: 1,
      source_addr: from,
      destination_addr: to,
      esm_class: udh.length > 0 ? UDH_INDICATOR : 0,
      data_coding: wide ? UCS2 : 0,
      short_message: Buffer.concat([udh, coder.encode(part)]),
    };
  });
  if (reversed) messages.reverse();
  return messages.map((fields) => deliver('mo', fields));
}

// Deliveries as a test wrote them: fields as they are, octets in hexadecimal.
function sendRaw(raw) {
  const octets = ['short_message', 'message_payload'];
  const fields = Object.entries(raw).map(([name, value]) => [name, octets.includes(name) ? Buffer.from(value, 'hex') : value]);
  return deliver('mo', Object.fromEntries(fields));
}

function writtenId(id) {
  switch (behaviour.receipt_id) {
    case 'decimal':
      return String(parseInt(id, 16));
    case 'upper':
      return id.toUpperCase();
    case 'short':
      return id.replace(/^0+/, '');
    default:
      return id;
  }
}

function sendReceipt(message, status) {
  const delivered = status === 'DELIVRD';
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(2, 12);
  deliver('dlr', {
    esm_class: RECEIPT,
    source_addr_ton: message.to_ton,
    source_addr_npi: 1,
    source_addr: message.to,
    destination_addr: message.from,
    short_message: Buffer.from(
      `id:${writtenId(message.id)} sub:001 dlvrd:${delivered ? '001' : '000'} submit date:${stamp} done date:${stamp} ` +
        `stat:${status} err:${delivered ? '000' : '001'} text:`,
      'latin1',
    ),
    ...(behaviour.receipt_parameters && { receipted_message_id: writtenId(message.id), message_state: STATES[status] }),
  });
}

// ---- from the client: binds and submits ----

function decode(octets, coding) {
  if (coding === UCS2) return smpp.encodings.UCS2.decode(octets);
  if (coding === 3) return octets.toString('latin1');
  return coding === 0 || coding === 1 ? smpp.encodings.ASCII.decode(octets) : null;
}

function accept(pdu) {
  const data = pdu.short_message.length > 0 ? pdu.short_message : (pdu.message_payload ?? Buffer.alloc(0));
  const header = pdu.esm_class & UDH_INDICATOR && data.length > 0 ? data[0] + 1 : 0;
  lastId += 1;
  const message = {
    id: lastId.toString(16).padStart(8, '0'),
    from: pdu.source_addr,
    to: pdu.destination_addr,
    to_ton: pdu.dest_addr_ton,
    data_coding: pdu.data_coding,
    esm_class: pdu.esm_class,
    registered_delivery: pdu.registered_delivery,
    udh: data.subarray(0, header).toString('hex'),
    octets: data.subarray(header).toString('hex'),
    text: decode(data.subarray(header), pdu.data_coding),
  };
  submitted.push(message);
  byId.set(message.id, message);
  counters.submits += 1;
  return message;
}

function wantsReceipt(registered, status) {
  const wanted = registered & 3; // 1: whatever the outcome, 2: of a failure, 3: of a success
  return wanted === 1 || wanted === (status === 'DELIVRD' ? 3 : 2);
}

function onSubmit(session, pdu) {
  if (behaviour.refuse_next > 0) {
    behaviour.refuse_next -= 1;
    counters.refused += 1;
    session.send(pdu.response({ command_status: smpp[behaviour.refuse_status] }));
    return;
  }
  const message = accept(pdu);
  if (behaviour.receipt_first) sendReceipt(message, behaviour.receipt_status);
  const { receipts, receipt_status: status, receipt_delay_ms: receiptDelay, answer_delay_ms: answerDelay } = behaviour;
  if (behaviour.lose_answers > 0) {
    behaviour.lose_answers -= 1;
    session.destroy();
  } else if (answerDelay > 0) {
    setTimeout(() => session.send(pdu.response({ message_id: message.id })), answerDelay);
  } else {
    session.send(pdu.response({ message_id: message.id }));
  }
  if (receipts && !behaviour.receipt_first && wantsReceipt(pdu.registered_delivery, status)) {
    setTimeout(() => sendReceipt(message, status), answerDelay + receiptDelay);
  }
}

function onBind(session, pdu) {
  if (pdu.system_id !== systemId || pdu.password !== password) {
    session.send(pdu.response({ command_status: smpp.ESME_RINVPASWD }));
  } else if (!behaviour.accept_binds) {
    session.send(pdu.response({ command_status: smpp.ESME_RBINDFAIL }));
  } else {
    counters.binds += 1;
    session.send(pdu.response({ system_id: 'SMSC' }));
    sessions.set(session, { receives: pdu.command !== 'bind_transmitter', inFlight: new Set() });
    pump();
  }
}

function onClose(session) {
  const unacknowledged = sessions.get(session)?.inFlight ?? [];
  sessions.delete(session);
  queue.unshift(...unacknowledged);
  pump();
}

const smsc = smpp.createServer((session) => {
  session.on('error', () => session.destroy());
  session.on('close', () => onClose(session));
  for (const bind of ['bind_transceiver', 'bind_receiver', 'bind_transmitter']) {
    session.on(bind, (pdu) => onBind(session, pdu));
  }
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => session.send(pdu.response(), undefined, () => session.close()));
  session.on('unknown', (pdu) => session.send(pdu.response()));
  session.on('submit_sm', (pdu) => {
    if (sessions.has(session)) onSubmit(session, pdu);
    else session.send(pdu.response({ command_status: smpp.ESME_RINVBNDSTS }));
  });
});

// ---- from the tests ----

function behave(wanted) {
  const unknown = Object.keys(wanted).filter((name) => !(name in ORDINARY));
  if (unknown.length > 0) throw new Error(`no such behaviour: ${unknown}`);
  const next = { ...behaviour, ...wanted };
  if (!(next.receipt_status in STATES)) throw new Error(`no such receipt status: ${next.receipt_status}`);
  if (!(next.refuse_status in smpp)) throw new Error(`no such SMPP error: ${next.refuse_status}`);
  behaviour = next;
  return behaviour;
}

function dropSessions() {
  const dropped = sessions.size;
  for (const session of [...sessions.keys()]) session.destroy();
  return { dropped };
}

// Asks every session one of the things that an SMSC may ask; resolves to the statuses of the answers.
async function ask({ command }) {
  const asked = [...sessions.keys()].map(
    (session) => new Promise((resolve) => session[command]({}, (answer) => resolve(answer.command_status))),
  );
  return { statuses: await Promise.all(asked) };
}

function receipt({ id, status }) {
  if (!byId.has(id)) throw new Error(`no such message: ${id}`);
  if (!(status in STATES)) throw new Error(`no such receipt status: ${status}`);
  sendReceipt(byId.get(id), status);
  return {};
}

async function raw({ messages }) {
  return { parts: messages.length, statuses: await Promise.all(messages.map(sendRaw)) };
}

async function mo({ wait = false, ...message }) {
  const parts = sendMo(message);
  return { parts: parts.length, statuses: wait ? await Promise.all(parts) : [] };
}

function clear() {
  submitted = [];
  return {};
}

const routes = {
  'GET /counters': () => ({ ...counters, sessions: sessions.size, queued: queue.length }),
  'GET /submitted': () => submitted,
  'DELETE /submitted': clear,
  'POST /mo': mo,
  'POST /raw': raw,
  'POST /ask': ask,
  'POST /receipt': receipt,
  'POST /drop': dropSessions,
  'POST /behave': behave,
  'POST /ordinary': () => behave(ORDINARY),
};

async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length > 0 ? JSON.parse(Buffer.concat(chunks)) : {};
}

const control = http.createServer(async (request, response) => {
  const answer = (status, body) => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  try {
    const route = routes[`${request.method} ${request.url}`];
    if (route) answer(200, await route(await readJson(request)));
    else answer(404, { error: `no such route: ${request.method} ${request.url}` });
  } catch (error) {
    answer(400, { error: error.message });
  }
});

process.stdin.resume();
process.stdin.on('close', () => process.exit(0));
smsc.listen(Number(port), '127.0.0.1', () => {
  control.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ smpp: smsc.address().port, control: control.address().port }));
  });
});
