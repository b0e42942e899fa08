import {
  type ChunkProof,
  type CommitteeEpoch,
  type CommitteeInstance,
  chunkRoot,
  compactSignature,
  encodeAuthority,
  rootOfChunk,
  type StoreAuthority,
  storeDigest,
} from '@parley/da-adapters/committee'
import { sameBytes, toHex } from '@parley/protocol'
import { bytesToHex, hexToBytes } from 'viem'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import type { ChunkAnswerer, ChunkQuestion, CommitteeChain, MemberKey } from '../../src/index.ts'

/** A fake of the `DataCommittee` contract and of the L2 under it: what it says is set by hand. */
export class FakeCommittee implements CommitteeChain {
  readonly instance: CommitteeInstance = { chainId: 901n, committee: new Uint8Array(20).fill(0xda) }
  time = 1_800_000_000n
  current: CommitteeEpoch | undefined
  readonly epochs = new Map<number, CommitteeEpoch>()
  readonly claimers = new Set<string>()
  accepted: number[] = []
  neededSeconds = 600n
  maxSeconds = 1_814_400n
  open: ChunkQuestion[] = []
  /** Throws instead of answering. */
  silent = false

  begin(epoch: CommitteeEpoch): void {
    this.current = epoch
    this.accepted = [epoch.number]
    this.epochs.set(epoch.number, epoch)
  }

  async now() {
    this.assertSpeaks()
    return {
      time: this.time,
      epoch: this.current,
      accepted: this.accepted,
      minExpiresAt: this.time + this.neededSeconds,
      maxExpiresAt: this.time + this.maxSeconds,
    }
  }

  async epoch(number: number) {
    this.assertSpeaks()
    return this.epochs.get(number)
  }

  async mayClaim(address: Uint8Array) {
    this.assertSpeaks()
    return this.claimers.has(toHex(address))
  }

  async questions() {
    this.assertSpeaks()
    return this.open
  }

  private assertSpeaks(): void {
    if (this.silent) throw new Error('the L2 is silent')
  }
}

/** A fake of the account that answers: takes what leads to the chunk root. */
export class FakeAnswerer implements ChunkAnswerer {
  readonly answered: string[] = []
  wei = 10n ** 18n
  private readonly committee: FakeCommittee

  constructor(committee: FakeCommittee) {
    this.committee = committee
  }

  async answer(question: ChunkQuestion, proof: ChunkProof) {
    const { attestation, part, index } = question
    if (!sameBytes(rootOfChunk(index, proof), attestation.parts[part]!.chunkRoot)) throw new Error('a wrong answer')
    this.answered.push(question.id)
    this.committee.open = this.committee.open.filter(({ id }) => id !== question.id)
    return 'done' as const
  }

  funds = async () => this.wei
  cost = async () => 10n ** 15n
}

export const newAccount = (): PrivateKeyAccount => privateKeyToAccount(generatePrivateKey())

export function memberKey(account: PrivateKeyAccount): MemberKey {
  return {
    address: hexToBytes(account.address),
    sign: async (digest) => compactSignature(await account.sign({ hash: bytesToHex(digest) })),
  }
}

/** The header of a request for these parts. */
export async function authorityOf(
  { instance }: FakeCommittee,
  claimer: PrivateKeyAccount,
  authority: StoreAuthority,
): Promise<string> {
  const signature = compactSignature(await claimer.sign({ hash: bytesToHex(storeDigest(instance, authority)) }))
  return encodeAuthority({ ...authority, signature })
}

/** A witness of so many signatures, which look random. */
export function witnessOf(signatures: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(1 + 64 * signatures)
  let state = seed
  for (let i = 1; i < bytes.length; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[i] = state >>> 24
  }
  bytes[0] = 1
  return bytes
}

export const partOf = (bytes: Uint8Array) => ({ chunkRoot: chunkRoot(bytes), length: bytes.length })
