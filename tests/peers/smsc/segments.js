'use strict';

// An oracle for counting SMS segments: reads JSON strings, one a line, and prints for each
// {"encoding": "GSM-7" | "UCS-2", "segments": number, "parts": [text of each segment]}.

const readline = require('node:readline');
const { SegmentedMessage } = require('sms-segments-calculator');

const HEADER = (character) => character.raw === undefined; // the octets of a part's header stand among its characters

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const message = new SegmentedMessage(JSON.parse(line));
  const parts = message.segments.map((segment) =>
    [...segment].filter((character) => !HEADER(character)).map((character) => character.raw).join(''),
  );
  console.log(JSON.stringify({ encoding: message.encodingName, segments: message.segmentsCount, parts }));
});
