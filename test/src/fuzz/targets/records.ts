import { ClientError } from '@parley/client'
import { decodeReceipts } from '@parley/client/decoders'
import {
  decodeAltDaPointer,
  decodeBlobPointer,
  decodeCommitteePointer,
  decodeLocalPointer,
  encodeAltDaPointer,
  encodeBlobPointer,
  encodeCommitteePointer,
  encodeLocalPointer,
  membersIn,
} from '@parley/da-adapters/decoders'
import { ExecutionError } from '@parley/execution'
import { scanRecord } from '@parley/execution/decoders'
import { LabError, parseTraceLine } from '@parley/lab/decoders'
import {
  DaError,
  MessageReceiptType,
  messageReceiptBytes,
  refusalNumbers,
  SignedMessageType,
  SignedOperationType,
} from '@parley/protocol'
import { SequencerError } from '@parley/sequencer'
import { decodeRecord, encodeRecord } from '@parley/sequencer/decoders'
import { Seeded } from '../../vectors/seeded.ts'
import { create, fund } from '../../vectors/standing.ts'
import { assertSame, type FuzzTarget, Garbage, verdictOf } from '../target.ts'
import { celestiaTargets } from './celestia.ts'

const random = new Seeded('parley fuzz/records')
const little = (value: bigint, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * i)) & 255n))

interface Entry {
  readonly kind: number
  readonly bytes: Uint8Array
}

function entriesBytes(block: bigint, entries: readonly Entry[]): Uint8Array {
  const parts = entries.flatMap(({ kind, bytes }) =>
    kind === 0 ? [kind, ...bytes] : [kind, ...little(BigInt(bytes.length), 4), ...bytes],
  )
  return new Uint8Array([1, ...little(block, 8), ...parts])
}

/** The record that the entries found in one make. */
function scannedAgain(input: Uint8Array): Uint8Array {
  const entries: Entry[] = []
  const block = scanRecord(input, (kind, _, from, end) => {
    entries.push({ kind, bytes: input.subarray(from + (kind === 0 ? 1 : 5), end) })
  })
  return entriesBytes(block, entries)
}

function someEntries(): Uint8Array {
  const message = SignedMessageType.serialize({
    shard: 63,
    conversation: 2,
    member: 3,
    nonce: 4n,
    content: random.bytes(32),
    signature: random.bytes(64),
  })
  const operations = [create(), fund()].map((operation) =>
    SignedOperationType.serialize({ operation, signatures: [random.bytes(64), random.bytes(64)] }),
  )
  return entriesBytes(7n, [
    { kind: 0, bytes: message },
    ...operations.map((bytes) => ({ kind: 1, bytes })),
    { kind: 0, bytes: message },
  ])
}

/** Journals: what lanes replay, and what the sequencer wraps it in. */
function journals(): FuzzTarget[] {
  const entries = someEntries()
  const opening = {
    number: 1n,
    timestamp: 2n,
    lineage: random.bytes(32),
    inboxFrom: 3n,
    items: 4,
    inboxHash: random.bytes(32),
    prices: { coreByte: 5n, witnessByte: 5n, settlement: 6n, stateByte: 7n },
  }
  return [
    {
      name: 'journal entries',
      weight: 4,
      corpus: [entries],
      run: (input) => verdictOf(() => assertSame(input, scannedAgain(input), 'journal entries'), ExecutionError),
    },
    {
      name: 'journal record',
      weight: 2,
      corpus: [
        encodeRecord({ kind: 'opening', opening }),
        encodeRecord({ kind: 'entries', block: 9n, entries }),
        encodeRecord({ kind: 'seal', seal: { number: 1n, root: random.bytes(32) } }),
      ],
      run: (input) =>
        verdictOf(() => assertSame(input, encodeRecord(decodeRecord(input, 0n)), 'journal record'), SequencerError),
    },
  ]
}

function pointers(): FuzzTarget[] {
  const hashes = (count: number) => Array.from({ length: count }, () => random.bytes(32).with(0, 1))
  const blob = (count: number) =>
    encodeBlobPointer({ blockNumber: 5n, timestamp: 1_700_000_000n, versionedHashes: hashes(count) })
  const mark = random.bytes(4)
  const committee = (count: number, mask: number) =>
    encodeCommitteePointer({
      part: count - 1,
      certificate: {
        mark,
        scheme: 1,
        epoch: 2,
        expiresAt: 1_800_000_000n,
        mask,
        parts: Array.from({ length: count }, () => ({ chunkRoot: random.bytes(32), length: 1_000 })),
        signatures: membersIn(mask).map(() => random.bytes(64)),
      },
    })
  return [
    {
      name: 'pointer local',
      weight: 1,
      corpus: [encodeLocalPointer({ digest: random.bytes(32), length: 1_000 })],
      run: (input) =>
        verdictOf(
          () => assertSame(input, encodeLocalPointer(decodeLocalPointer(input, 2 ** 25)), 'pointer local'),
          DaError,
        ),
    },
    {
      name: 'pointer alt-da',
      weight: 1,
      corpus: [2, 70, 900].map((bytes) =>
        encodeAltDaPointer({ digest: random.bytes(32), length: 1_000, commitment: random.bytes(bytes).with(0, 1) }),
      ),
      run: (input) =>
        verdictOf(
          () => assertSame(input, encodeAltDaPointer(decodeAltDaPointer(input, 2 ** 25)), 'pointer alt-da'),
          DaError,
        ),
    },
    {
      name: 'pointer committee',
      weight: 2,
      corpus: [committee(1, 0b1), committee(2, 0b1011)],
      run: (input) =>
        verdictOf(() => {
          const again = encodeCommitteePointer(decodeCommitteePointer(input, { mark, maxBytes: 2 ** 23 }))
          assertSame(input, again, 'pointer committee')
        }, DaError),
    },
    {
      name: 'pointer ethereum-blobs',
      weight: 2,
      corpus: [blob(1), blob(3), blob(30)],
      run: (input) =>
        verdictOf(() => assertSame(input, encodeBlobPointer(decodeBlobPointer(input)), 'pointer blobs'), DaError),
    },
  ]
}

function receipts(): FuzzTarget {
  const receipt = (refusal: number) => MessageReceiptType.serialize({ refusal, block: 1n, value: 2n })
  return {
    name: 'client receipts',
    weight: 1,
    corpus: [new Uint8Array([...receipt(0), ...receipt(refusalNumbers.NONCE_MISMATCH)])],
    run: (input) =>
      verdictOf(() => {
        const decoded = decodeReceipts(input, Math.floor(input.length / messageReceiptBytes), 'fuzz')
        const again = decoded.map((each) =>
          each.accepted
            ? { refusal: 0, block: each.block, value: each.position }
            : { refusal: refusalNumbers[each.refusal], block: undefined, value: each.expected },
        )
        again.forEach(({ refusal, block, value }, i) => {
          const sent = MessageReceiptType.deserialize(
            input.slice(i * messageReceiptBytes, (i + 1) * messageReceiptBytes),
          )
          if (sent.refusal !== refusal || sent.value !== value || (block !== undefined && sent.block !== block))
            throw new Garbage('client receipts: a receipt says something else than was sent')
        })
      }, ClientError),
  }
}

function traceLines(): FuzzTarget {
  const text = new TextDecoder()
  const lines = [
    { conversation: 0, speaker: 1, minute: 2.5, text: 'hello' },
    { conversation: 900, speaker: 4095, minute: 0, text: 'ünï\u0000cödé "quoted" \\' },
  ]
  return {
    name: 'trace line',
    weight: 1,
    corpus: lines.map((line) => new TextEncoder().encode(JSON.stringify(line))),
    run: (input) =>
      verdictOf(() => {
        const line = parseTraceLine(text.decode(input), 1)
        const again = parseTraceLine(JSON.stringify(line), 1)
        if (JSON.stringify(again) !== JSON.stringify(line)) throw new Garbage('trace line: is another line again')
      }, LabError),
  }
}

/** What the packages keep, send and read beside the protocol's own encodings. */
export function recordTargets(): FuzzTarget[] {
  return [...journals(), ...pointers(), ...celestiaTargets(), receipts(), traceLines()]
}
