import { dataCommitteeAbi } from '@parley/contracts'
import { ask, type LogPages } from '@parley/l2'
import { type Address, bytesToHex, type Hex, hexToBytes, type PublicClient } from 'viem'
import type { Epochs } from './epochs.ts'

/** What members signed. */
export interface SignedParts {
  readonly epoch: number
  /** Seconds since 1970. */
  readonly expiresAt: bigint
  readonly parts: readonly { readonly chunkRoot: Uint8Array; readonly length: number }[]
}

/** A chunk that was asked for on the L2. */
export interface ChunkQuestion {
  /** Names it among all. */
  readonly id: string
  readonly attestation: SignedParts
  /** Which of its parts, and which chunk of that, both from 0. */
  readonly part: number
  readonly index: number
  /** Seconds of the L2 until which an answer counts. */
  readonly deadline: bigint
  /** How many signers come before this member. */
  readonly rank: number
}

/** Questions that the contract is asked about at once, and those told. */
const lookedAtOnce = 32
const maxTold = 1_024
/** Blocks that are looked at again: what a reorganisation moved there was not seen. */
const lookedAtAgain = 64n

interface Asked extends Omit<ChunkQuestion, 'rank'> {
  readonly digest: Hex
  readonly mask: number
}

/** Chunks that are asked for, found by their events and told as long as an answer counts. */
export class ChunkQuestions {
  private readonly client: PublicClient
  private readonly committee: Address
  private readonly pages: LogPages
  private readonly epochs: Epochs
  private readonly firstBlock: bigint
  private readonly asked = new Map<string, Asked>()
  private next: bigint

  constructor(
    { client, pages, firstBlock }: { client: PublicClient; pages: LogPages; firstBlock: bigint },
    committee: Address,
    epochs: Epochs,
  ) {
    this.client = client
    this.pages = pages
    this.committee = committee
    this.epochs = epochs
    this.firstBlock = firstBlock
    this.next = firstBlock
  }

  /** Those that `member` signed for and that are open now, the earliest deadline first. @throws {SettlementError} `SETTLEMENT_UNAVAILABLE`. */
  async open(member: Uint8Array, signal: AbortSignal): Promise<readonly ChunkQuestion[]> {
    const time = await this.look(signal)
    for (const [id, { deadline }] of this.asked) if (deadline < time) this.asked.delete(id)
    const own: ChunkQuestion[] = []
    for (const { digest, mask, ...question } of this.asked.values()) {
      const rank = await this.rankOf(question.attestation.epoch, mask, member, signal)
      if (rank !== undefined) own.push({ ...question, rank })
    }
    own.sort((a, b) => Number(a.deadline - b.deadline))
    const open: ChunkQuestion[] = []
    for (let from = 0; from < own.length && open.length < maxTold; from += lookedAtOnce) {
      const some = own.slice(from, from + lookedAtOnce)
      const are = await Promise.all(some.map((question) => this.isOpen(question, signal)))
      open.push(...some.filter((_, i) => are[i]))
    }
    return open
  }

  /** @returns the L2's time in seconds. */
  private async look(signal: AbortSignal): Promise<bigint> {
    const { number: head, timestamp } = await ask(() => this.client.getBlock({ blockTag: 'latest' }), signal)
    while (this.next <= head) {
      const from = this.next
      const { blocks, value } = await this.pages.page(head - from + 1n, (count) =>
        ask(
          () =>
            this.client.getContractEvents({
              ...this.contract,
              eventName: 'ChunkChallenged',
              fromBlock: from,
              toBlock: from + count - 1n,
              strict: true,
            }),
          signal,
        ),
      )
      for (const { args } of value) this.note(args)
      this.next += blocks
    }
    const again = head > lookedAtAgain ? head - lookedAtAgain : 0n
    this.next = again > this.firstBlock ? again : this.firstBlock
    return timestamp
  }

  private note(args: {
    readonly digest: Hex
    readonly part: number
    readonly index: number
    readonly deadline: bigint
    readonly mask: number
    readonly attestation: {
      readonly epoch: number
      readonly expiresAt: bigint
      readonly parts: readonly { readonly chunkRoot: Hex; readonly length: number }[]
    }
  }): void {
    const { digest, part, index, deadline, mask, attestation } = args
    const id = `${digest}/${part}/${index}`
    const parts = attestation.parts.map(({ chunkRoot, length }) => ({ chunkRoot: hexToBytes(chunkRoot), length }))
    const { epoch, expiresAt } = attestation
    this.asked.set(id, { id, digest, part, index, deadline, mask, attestation: { epoch, expiresAt, parts } })
  }

  /** How many signers come before `member`; undefined when it did not sign. */
  private async rankOf(
    number: number,
    mask: number,
    member: Uint8Array,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const epoch = await this.epochs.find(number, signal)
    const address = bytesToHex(member)
    const place = epoch?.members.findIndex((each) => bytesToHex(each.address) === address) ?? -1
    if (place === -1 || ((mask >> place) & 1) === 0) return undefined
    return Array.from({ length: place }, (_, i) => (mask >> i) & 1).reduce((sum, bit) => sum + bit, 0)
  }

  private async isOpen({ id, part, index, deadline }: ChunkQuestion, signal: AbortSignal): Promise<boolean> {
    const [digest] = id.split('/') as [Hex]
    const read = () =>
      this.client.readContract({ ...this.contract, functionName: 'challengeOf', args: [digest, part, index] })
    const [, until] = await ask(read, signal)
    return until === deadline
  }

  private get contract() {
    return { address: this.committee, abi: dataCommitteeAbi } as const
  }
}
