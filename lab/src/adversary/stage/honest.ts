import type { SequencerClient } from '@parley/client'
import { type ChainConfig, type Conversation, mwei, toWei } from '@parley/protocol'
import { bytesToHex, type Hex } from 'viem'
import type { Cast } from '../cast/cast.ts'
import { type Deed, Rounds, signedBy } from '../cast/rounds.ts'
import type { Need } from '../classes/class.ts'
import type { L2, Wallet } from './l2.ts'

export interface HonestDeps {
  readonly client: SequencerClient
  readonly config: ChainConfig
  readonly l2: L2
  readonly cast: Cast
  /** Pays for what goes through the L2. */
  readonly payer: Wallet
  readonly signal: AbortSignal
  wait<T>(what: string, look: () => Promise<T | undefined>): Promise<T>
}

/** More than a block may take. */
const floodItems = 70

/** Honest people on a running stack: what they do is what is lied about. */
export class Honest {
  private readonly deps: HonestDeps
  private readonly rounds: Rounds
  private round = 0

  constructor(deps: HonestDeps) {
    this.deps = deps
    this.rounds = new Rounds(deps.cast, deps.config)
  }

  /** Makes the conversations. */
  async open(): Promise<void> {
    for (const deed of this.rounds.opening()) await this.does(deed)
  }

  /**
   * Does one round.
   * @returns the block and the number of inbox items that a batch must reach to have all of it.
   */
  async goOn(needs: readonly Need[]): Promise<{ readonly block: bigint; readonly items: bigint }> {
    this.round += 1
    const deeds = this.rounds.round(this.round)
    const items = await this.force(needs)
    let block = 0n
    for (const deed of deeds.slice(0, -1)) block = await this.does(deed)
    // Lies about the middle of a batch need two blocks.
    await this.sealed(block)
    for (const deed of deeds.slice(-1)) block = await this.does(deed)
    return { block, items }
  }

  private async sealed(block: bigint): Promise<void> {
    const { client, wait, signal } = this.deps
    await wait('a block of the round', async () => {
      const latest = await client.block('latest', signal)
      return (latest?.block.header.number ?? 0n) >= block ? true : undefined
    })
  }

  /** @returns the number of items that the queue has then. */
  private async force(needs: readonly Need[]): Promise<bigint> {
    if (needs.includes('flood')) await this.flood()
    if (needs.includes('prices')) await this.pushPrices()
    if (needs.includes('items')) await this.forceItems()
    const { l2 } = this.deps
    return needs.length === 0 ? 0n : l2.client.readContract({ ...l2.inbox, functionName: 'count' })
  }

  /**
   * A deposit, an exit that is valid and one that nobody signed, one after another.
   * @param nonceOf - Nonce of an account; the sequencer is asked when left out.
   * @returns the number of items that the queue has then.
   */
  async forceItems(nonceOf = (account: number): Promise<bigint> => this.nonceOf(account)): Promise<bigint> {
    const { l2, payer, cast, config } = this.deps
    const { accounts, owners } = cast
    const exit = this.rounds.exit(accounts.cyd, await nonceOf(accounts.cyd))
    const { signatures } = signedBy(config, exit, [owners.cyd.secret])
    const unsigned = this.rounds.exit(accounts.ann, await nonceOf(accounts.ann))
    await this.deposit(1)
    await l2.send(payer, {
      ...l2.inbox,
      functionName: 'forceWithdraw',
      args: [exit.value, signatures.map(halves)],
    })
    await l2.send(payer, {
      ...l2.inbox,
      functionName: 'forceWithdraw',
      args: [unsigned.value, [halves(new Uint8Array(64))]],
    })
    return l2.client.readContract({ ...l2.inbox, functionName: 'count' })
  }

  private async nonceOf(account: number): Promise<bigint> {
    const { client, cast, signal } = this.deps
    return (await client.account(cast.shard, account, signal))?.nonce ?? 0n
  }

  private flood(): Promise<void> {
    return this.deposit(floodItems)
  }

  private async deposit(count: number): Promise<void> {
    const { l2, payer, cast } = this.deps
    const first = await l2.client.getTransactionCount({ address: payer.account.address, blockTag: 'pending' })
    const args = [cast.shard, bytesToHex(cast.owners.cyd.address)] as const
    const value = toWei(mwei(1_000_000n))
    const call = { ...l2.inbox, functionName: 'deposit', args, value, gas: 200_000n, chain: null } as const
    const sent: Hex[] = []
    for (let i = 0; i < count; i += 1) sent.push(await payer.writeContract({ ...call, nonce: first + i }))
    await l2.included(sent.at(-1) as Hex, 'deposit')
  }

  private async pushPrices(): Promise<void> {
    const { l2, payer } = this.deps
    await l2.send(payer, { ...l2.inbox, functionName: 'pushPrices', args: [] })
  }

  /** @returns the block that carries it. */
  private async does(deed: Deed): Promise<bigint> {
    const { client, cast, signal } = this.deps
    const conversationIn = (shard: number): Promise<Conversation | undefined> => client.conversation(shard, 0, signal)
    if (deed.kind === 'messages') {
      const conversation = await conversationIn(deed.shard)
      if (conversation === undefined) throw new TypeError('the cast has no conversation yet')
      const receipts = await client.submitMessages(deed.make(conversation), signal)
      return blockOf(receipts.find(({ accepted }) => !accepted) ?? receipts.at(-1))
    }
    const { accounts } = cast
    const nonces = { ann: await this.nonceOf(accounts.ann), ben: await this.nonceOf(accounts.ben) }
    const operation = deed.make({ conversation: await conversationIn(cast.shard), nonces })
    return blockOf(await client.submitOperation(operation, signal))
  }
}

type Receipt = Awaited<ReturnType<SequencerClient['submitOperation']>>

function blockOf(receipt: Receipt | undefined): bigint {
  if (receipt?.accepted) return receipt.block
  throw new Error(`the sequencer refused what is honest: ${receipt?.refusal}, ${receipt?.expected}`)
}

/** 64 bytes, as the contract takes them. */
const halves = (signature: Uint8Array) => ({
  r: bytesToHex(signature.subarray(0, 32)),
  s: bytesToHex(signature.subarray(32, 64)),
})
