import { rollupAbi } from '@parley/contracts'
import { ask, type LogPages } from '@parley/l2'
import type { BatchClaim, DataPlace } from '@parley/protocol'
import type { Hex, PublicClient } from 'viem'
import { claimFromAbi } from '../claims/convert.ts'
import type { Contracts } from '../deployment.ts'
import { type AbiPlace, ChallengeState, placeFromAbi } from './convert.ts'

/** Data of a claim that was asked for and that nobody has answered yet. */
export interface Question {
  readonly claim: BatchClaim
  readonly place: DataPlace
  /** L2 time until which an answer is taken, in seconds. */
  readonly deadline: bigint
}

/** Questions that the contract is asked about at once. */
const lookedAtOnce = 32
/** Blocks that are looked at again: what a reorganisation moved there was not seen. */
const lookedAtAgain = 64n

interface Asked {
  readonly hash: Hex
  readonly place: AbiPlace
  readonly deadline: bigint
  /** Whose data it is, once it was looked for. */
  claim?: BatchClaim | undefined
}

/** What of the data of claims is asked for, found by its events and told as long as an answer is taken. */
export class Questions {
  private readonly client: PublicClient
  private readonly contracts: Contracts
  private readonly pages: LogPages
  private readonly asked = new Map<string, Asked>()
  private next: bigint

  constructor(client: PublicClient, contracts: Contracts, pages: LogPages) {
    this.client = client
    this.contracts = contracts
    this.pages = pages
    this.next = contracts.deploymentBlock
  }

  /** Those that are open now, the earliest deadline first. @throws {SettlementError} `SETTLEMENT_UNAVAILABLE`. */
  async open(signal: AbortSignal): Promise<readonly Question[]> {
    const now = await this.look(signal)
    await this.findClaims(now, signal)
    const open: Question[] = []
    const all = [...this.asked]
    for (let from = 0; from < all.length; from += lookedAtOnce) {
      const some = all.slice(from, from + lookedAtOnce)
      const told = await Promise.all(some.map(([, asked]) => this.told(asked, now, signal)))
      some.forEach(([key], index) => {
        const question = told[index]
        if (question === undefined) this.asked.delete(key)
        else open.push(question)
      })
    }
    // Of one claim after another: whoever answers then reads each once.
    return open.sort((a, b) => Number(a.deadline - b.deadline || a.claim.number - b.claim.number))
  }

  /** What is told of it; undefined when no answer is taken any more. */
  private async told(asked: Asked, now: bigint, signal: AbortSignal): Promise<Question | undefined> {
    const { claim, deadline, place } = asked
    if (deadline < now || claim === undefined || !(await this.isOpen(claim, asked, signal))) return undefined
    return { claim, place: placeFromAbi(place), deadline }
  }

  /** Looks for the claims that are asked about, each once however many places of it are asked for. */
  private async findClaims(now: bigint, signal: AbortSignal): Promise<void> {
    const found = new Map<Hex, BatchClaim | undefined>()
    for (const { hash, claim } of this.asked.values()) if (claim !== undefined) found.set(hash, claim)
    for (const asked of this.asked.values()) {
      if (asked.deadline < now || asked.claim !== undefined) continue
      if (!found.has(asked.hash)) found.set(asked.hash, await this.claimOf(asked.hash, signal))
      asked.claim = found.get(asked.hash)
    }
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
              ...this.rollup,
              eventName: 'DataChallenged',
              fromBlock: from,
              toBlock: from + count - 1n,
              strict: true,
            }),
          signal,
        ),
      )
      for (const { args } of value) {
        const key = keyOf(args)
        if (this.asked.get(key)?.deadline !== args.deadline) this.asked.set(key, { ...args })
      }
      this.next += blocks
    }
    this.next = head > lookedAtAgain ? head - lookedAtAgain : 0n
    if (this.next < this.contracts.deploymentBlock) this.next = this.contracts.deploymentBlock
    return timestamp
  }

  private async claimOf(hash: Hex, signal: AbortSignal): Promise<BatchClaim | undefined> {
    const event = { ...this.rollup, eventName: 'Claimed', args: { hash }, strict: true } as const
    let toBlock = await ask(() => this.client.getBlockNumber({ cacheTime: 0 }), signal)
    // Backwards: what is asked for is of an open claim, and those are recent.
    while (toBlock >= this.contracts.deploymentBlock) {
      const { blocks, value } = await this.pages.page(toBlock - this.contracts.deploymentBlock + 1n, (count) =>
        ask(() => this.client.getContractEvents({ ...event, fromBlock: toBlock - count + 1n, toBlock }), signal),
      )
      const log = value.at(-1)
      if (log !== undefined) return claimFromAbi(log.args.claim)
      toBlock -= blocks
    }
    return undefined
  }

  private async isOpen({ number }: BatchClaim, { hash, place }: Asked, signal: AbortSignal): Promise<boolean> {
    const args = [number, hash, place] as const
    const read = () => this.client.readContract({ ...this.rollup, functionName: 'challengeOf', args })
    const [, , , state] = await ask(read, signal)
    return state === ChallengeState.open
  }

  private get rollup() {
    return { address: this.contracts.rollup, abi: rollupAbi } as const
  }
}

const keyOf = ({ hash, place: { part, block_, page } }: Asked): string => `${hash} ${part} ${block_} ${page}`
