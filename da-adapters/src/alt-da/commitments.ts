import type { AbstractLevel } from 'abstract-level'
import { bytesToHex, hexToBytes, isHex } from 'viem'
import { reasonOf, refused, unavailable } from '../fault.ts'
import { altDaLayer, commitmentFault } from './pointer.ts'

/** Where the commitments that a server gave out are kept, by the SHA-256 of the data in hexadecimal digits. */
export type CommitmentStore = AbstractLevel<string | Buffer | Uint8Array, string, string>

/** What a server took. */
export interface Given {
  /** Bytes of the data. */
  readonly length: number
  /** When it was taken, in milliseconds since 1970. */
  readonly at: number
  readonly commitment: Uint8Array
}

export interface Commitments {
  /** @throws {DaError} `DA_REFUSED` for a record that cannot be read, `DA_UNAVAILABLE`. */
  load(digest: Uint8Array): Promise<Given | undefined>
  /** Resolves once it would survive a crash. @throws {DaError} `DA_UNAVAILABLE`. */
  save(digest: Uint8Array, given: Given): Promise<void>
}

/** Not a fresh literal where it is used: the abstract type does not name LevelDB's `sync`. */
const durable = { keyEncoding: 'utf8', sync: true }

/** Length and time in decimal, the commitment in hexadecimal digits. */
const form = /^(\d{1,15}) (\d{1,15}) (0x[0-9a-f]*)$/

export function createCommitments(store: CommitmentStore): Commitments {
  return {
    async load(digest) {
      const text = await disk(() => store.get(bytesToHex(digest)))
      return text === undefined ? undefined : decode(text)
    },
    save: (digest, { length, at, commitment }) =>
      disk(() => store.put(bytesToHex(digest), `${length} ${at} ${bytesToHex(commitment)}`, durable)),
  }
}

function decode(text: string): Given {
  const [, length, at, hex = ''] = form.exec(text) ?? []
  const commitment = isHex(hex) && hex.length % 2 === 0 ? hexToBytes(hex) : new Uint8Array(0)
  const fault = commitmentFault(commitment)
  if (fault !== undefined) throw refused(altDaLayer, `the store of commitments holds ${fault}`)
  return { length: Number(length), at: Number(at), commitment }
}

async function disk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw unavailable(altDaLayer, `the store of commitments: ${reasonOf(error)}`, error)
  }
}
