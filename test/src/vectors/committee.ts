import {
  attestationDigest,
  attestationTypedData,
  type CommitteePointer,
  chunkRoot,
  chunksIn,
  committeeMark,
  compactSignature,
  decodeCommitteePointer,
  encodeCommitteePointer,
  maxPartBytes,
  proveChunk,
  storeDigest,
} from '@parley/da-adapters/committee'
import { DaError } from '@parley/protocol'
import { bytesToHex, type Hex, hexToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { hex, Seeded } from './seeded.ts'

const lengths = [1, 1023, 1024, 1025, 2048, 2049, 5000, 16_384, 16_385]

/** Bytes that need no file: the i-th is (31 i + ⌊i / 256⌋) mod 256. */
export const patternBytes = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (31 * i + (i >> 8)) & 255)

function chunksOf(length: number) {
  const bytes = patternBytes(length)
  const indexes = [...new Set([0, chunksIn(length) >> 1, chunksIn(length) - 1])]
  return {
    length: length.toString(),
    root: hex(chunkRoot(bytes)),
    proofs: indexes.map((index) => {
      const { chunk, path } = proveChunk(bytes, index)
      return { index: index.toString(), chunk: hex(chunk), path: path.map(hex) }
    }),
  }
}

/** A bit for each bit of the pointer, the highest of a byte first: 1 where the form refuses the pointer with it flipped. */
function refusedFlips(pointer: Uint8Array, mark: Uint8Array): Hex {
  const refused = new Uint8Array(pointer.length)
  for (let bit = 0; bit < pointer.length * 8; bit++) {
    const flipped = Uint8Array.from(pointer)
    const mask = 0x80 >> (bit & 7)
    flipped[bit >> 3]! ^= mask
    try {
      decodeCommitteePointer(flipped, { mark, maxBytes: maxPartBytes })
    } catch (error) {
      if (!(error instanceof DaError)) throw error
      refused[bit >> 3]! |= mask
    }
  }
  return hex(refused)
}

/** The file `test/vectors/committee.json`: chunk roots, what members and claimers sign, pointers. */
export async function committeeVectors() {
  const random = new Seeded('committee')
  const instance = { chainId: 901n, committee: random.bytes(20) }
  const keys = Array.from({ length: 4 }, (): Hex => hex(random.bytes(32)))
  const members = keys.map((key) => privateKeyToAccount(key))
  const parts = [5000, 1025].map((length) => ({ chunkRoot: chunkRoot(patternBytes(length)), length }))
  const attestation = { epoch: 3, expiresAt: 1_800_000_000n, parts }
  const deadline = 1_700_000_000n
  const typed = attestationTypedData(instance, attestation)
  const signatures = await Promise.all(
    [0, 1, 3].map(async (i) => compactSignature(await members[i]!.signTypedData(typed))),
  )
  const certificate = { ...attestation, mark: committeeMark(instance), scheme: 1 as const, mask: 0b1011, signatures }
  const pointers = [0, 1].map((part): CommitteePointer => ({ part, certificate }))
  return {
    note: 'The i-th byte of a part is (31 i + floor(i / 256)) mod 256. Paths list siblings from the leaf upwards.',
    chunks: lengths.map(chunksOf),
    instance: { chainId: '901', committee: hex(instance.committee), mark: hex(certificate.mark) },
    keys,
    members: members.map(({ address }) => bytesToHex(hexToBytes(address))),
    epoch: '3',
    expiresAt: attestation.expiresAt.toString(),
    deadline: deadline.toString(),
    parts: parts.map(({ chunkRoot, length }) => ({ chunkRoot: hex(chunkRoot), length: length.toString() })),
    attestation: hex(attestationDigest(instance, attestation)),
    attestationOfOne: hex(attestationDigest(instance, { ...attestation, parts: parts.slice(0, 1) })),
    store: hex(storeDigest(instance, { ...attestation, deadline })),
    pointers: pointers.map((pointer) => hex(encodeCommitteePointer(pointer))),
    refusedFlips: pointers.map((pointer) => refusedFlips(encodeCommitteePointer(pointer), certificate.mark)),
  }
}
