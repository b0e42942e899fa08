import { rollupAbi } from '@parley/contracts'
import { ask, type LogPages } from '@parley/l2'
import type { BatchClaim, DataPlace } from '@parley/protocol'
import { bytesToHex, type Hex, type PublicClient } from 'viem'
import { claimFromAbi } from '../claims/convert.ts'
import type { Contracts } from '../deployment.ts'
import { type AbiPlace, ChallengeState, placeFromAbi } from './convert.ts'

/** Data of a claim that was asked for and that nobody has answered yet. */
export interface Question {
  readonly claim: BatchClaim
  readonly place: DataPlace
  /** L2 time until which an answer is taken, in seconds, if no more answers about the claimer's claims come before. */
  readonly deadline: bigint
}

/** Questions that the contract is asked about at once. */
const lookedAtOnce = 32
/** Blocks that are looked at again: what a reorganisation moved there was not seen. */
const lookedAtAgain = 64n
/** Those told at once, as a rule; all of one claim are told together. */
const toldAtOnce = 256

interface Asked {
  readonly hash: Hex
  readonly place: AbiPlace
  /** By the clock of the claimer. */
  readonly deadline: bigint
  /** Head of the L2 when it was seen not to wait for an answer. */
  closedAt?: bigint
}

interface Head {
  readonly number: bigint
  readonly timestamp: bigint
}

/** What of the data of claims is asked for, found by its events and told as long as it waits for an answer. */
export class Questions {
  private readonly client: PublicClient
  private readonly contracts: Contracts
  private readonly pages: LogPages
  /** By claim, in the order in which they were asked, which is that of their deadlines: answers lengthen the time for all alike. */
  private readonly asked = new Map<Hex, Map<string, Asked>>()
  private readonly claims = new Map<Hex, BatchClaim>()
  private next: bigint

  constructor(client: PublicClient, contracts: Contracts, pages: LogPages) {
    this.client = client
    this.contracts = contracts
    this.pages = pages
    this.next = contracts.deploymentBlock
  }

  /**
   * Those that wait for an answer: of the claim that was asked about first, then of the next, until there are enough.
   * @param isOurs - Whether the caller has the data of a claim; those of others are left out.
   * @throws {SettlementError} `SETTLEMENT_UNAVAILABLE`, and what `isOurs` throws.
   */
  async open(isOurs: (claim: BatchClaim) => Promise<boolean>, signal: AbortSignal): Promise<readonly Question[]> {
    const head = await this.look(signal)
    const open: Question[] = []
    for (const [hash, places] of this.asked) {
      if (open.length >= toldAtOnce) break
      const waiting = await this.waiting(hash, places, head, isOurs, signal)
      if (places.size === 0) this.forget(hash)
      open.push(...waiting)
    }
    return open
  }

  private async waiting(
    hash: Hex,
    places: Map<string, Asked>,
    head: Head,
    isOurs: (claim: BatchClaim) => Promise<boolean>,
    signal: AbortSignal,
  ): Promise<readonly Question[]> {
    // One that is closed is looked at once more when no reorganisation can open it again.
    const unsure = [...places].filter(
      ([, { closedAt }]) => closedAt === undefined || closedAt + lookedAtAgain < head.number,
    )
    if (unsure.length === 0) return []
    const claim = this.claims.get(hash) ?? (await this.claimOf(hash, signal))
    if (claim === undefined || !(await isOurs(claim))) {
      places.clear()
      return []
    }
    this.claims.set(hash, claim)
    const late = await this.answeringTime(claim, signal)
    const waiting: Question[] = []
    for (let from = 0; from < unsure.length; from += lookedAtOnce) {
      const some = unsure.slice(from, from + lookedAtOnce)
      const open = await Promise.all(some.map(([, asked]) => this.isOpen(claim, asked, signal)))
      some.forEach(([key, asked], index) => {
        const deadline = asked.deadline + late
        if (open[index] && deadline >= head.timestamp) {
          delete asked.closedAt
          waiting.push({ claim, place: placeFromAbi(asked.place), deadline })
        } else if (asked.closedAt === undefined) asked.closedAt = head.number
        else places.delete(key)
      })
    }
    return waiting
  }

  private forget(hash: Hex): void {
    this.asked.delete(hash)
    this.claims.delete(hash)
  }

  private async look(signal: AbortSignal): Promise<Head> {
    const { number, timestamp } = await ask(() => this.client.getBlock({ blockTag: 'latest' }), signal)
    while (this.next <= number) {
      const from = this.next
      const { blocks, value } = await this.pages.page(number - from + 1n, (count) =>
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
      for (const { args } of value) this.add(args)
      this.next += blocks
    }
    this.next = number > lookedAtAgain ? number - lookedAtAgain : 0n
    if (this.next < this.contracts.deploymentBlock) this.next = this.contracts.deploymentBlock
    return { number, timestamp }
  }

  private add({ hash, place, deadline }: Asked): void {
    const places = this.asked.get(hash) ?? new Map<string, Asked>()
    this.asked.set(hash, places)
    const key = `${place.part} ${place.block_} ${place.page}`
    if (places.get(key)?.deadline !== deadline) places.set(key, { hash, place, deadline })
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

  private answeringTime({ claimer }: BatchClaim, signal: AbortSignal): Promise<bigint> {
    const args = [bytesToHex(claimer)] as const
    return ask(() => this.client.readContract({ ...this.rollup, functionName: 'answeringTime', args }), signal)
  }

  private get rollup() {
    return { address: this.contracts.rollup, abi: rollupAbi } as const
  }
}
