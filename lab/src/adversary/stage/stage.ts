import { join } from 'node:path'
import { type Closing, DataDir, waitFor } from '@parley/cli/roles'
import { createSequencerClient, type SequencerClient } from '@parley/client'
import { createLocalDa } from '@parley/da-adapters'
import { chooseVerifier } from '@parley/execution'
import { rpcTransport } from '@parley/http'
import { trialPreset } from '@parley/infra'
import type { BlockHeader, ChainConfig, DataAvailability, SealedBlock } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import {
  type ClaimerSettlement,
  createSettlementMetrics,
  openSettlement,
  type SettlementDeps,
  settlementDefaults,
} from '@parley/settlement'
import { Registry } from 'prom-client'
import { bytesToHex, hexToBytes, parseEther } from 'viem'
import type { Context } from '../../context.ts'
import { devnetDefaults } from '../../devnet/devnet.ts'
import { type DevRoles, deriveRoles } from '../../devnet/roles.ts'
import { type Stack, startStack } from '../../stack/stack.ts'
import { stackPollMs } from '../../stack/stack-config.ts'
import { type Cast, castOf, castShards } from '../cast/cast.ts'
import type { Need } from '../classes/class.ts'
import { draftOf } from '../forger/draft.ts'
import type { Scene } from '../forger/scene.ts'
import { Honest } from './honest.ts'
import { L2, type Wallet } from './l2.ts'
import { Ledger } from './ledger.ts'
import { Past, sealedBetween } from './past.ts'

/** Milliseconds after which a partial batch is posted. */
const batchAgeMs = 1_000
const everyMs = 100
/** What a class waits for at most, on a machine that does other things besides. */
const withinMs = 120_000

/** A running stack, the liar's claimer, and all that is read of them. */
export interface Stage {
  readonly dataDir: string
  readonly stack: Stack
  readonly roles: DevRoles
  readonly config: ChainConfig
  readonly l2: L2
  readonly client: SequencerClient
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly cast: Cast
  readonly honest: Honest
  readonly past: Past
  /** The state at another claim, as values. */
  readonly newPast: () => Past
  readonly ledger: Ledger
  /** Claims that were to be removed so far. */
  provoked: number
  /** Ends a silence that was begun; undefined where there is none. */
  leaveSilence: (() => Promise<void>) | undefined
  /** The liar's claimer, beside the honest batcher. */
  readonly claimer: ClaimerSettlement
  readonly claimerWallet: Wallet
  readonly da: DataAvailability
  /** Pays what nobody else pays for. */
  readonly payer: Wallet
  /** Waits for something within two minutes. @throws {CliError} `DEADLINE_PASSED`. */
  wait<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T>
}

/** Starts the stack of the trial preset, with a node that challenges, a cast and a claimer that lies. */
export async function openStage(context: Context, dataDir: string, closing: Closing): Promise<Stage> {
  const { clock, log, signal } = context
  const people = castOf(String(context.config.load.seed ?? 1n))
  const { ann, ben, cyd } = people.owners
  const stack = await startStack(
    context,
    {
      dataDir,
      layer: 'local',
      lanes: context.config.run.lanes ?? 1,
      verifier: context.config.run.verifier,
      logLevel: context.config.log.level,
      virtual: undefined,
      owners: [ann.address, ben.address, cyd.address],
      accountShards: castShards,
      node: 'challenges',
      batchAgeMs,
      pushPrices: false,
      changed: trialPreset,
    },
    signal,
  )
  closing.add(() => stack.stop())
  const roles = deriveRoles(devnetDefaults.mnemonic, devnetDefaults.users)
  const { places, deployment } = stack
  const l2 = new L2(places.l2Url, places.rollup, bytesToHex(deployment.inbox))
  const [, claimerSecret, payerSecret] = roles.users.map(({ secret }) => secret) as [Uint8Array, Uint8Array, Uint8Array]
  const payer = l2.wallet(payerSecret)
  const claimerWallet = l2.wallet(claimerSecret)
  await l2.send(l2.wallet(roles.pricePusher.secret), {
    ...l2.rollup,
    functionName: 'setClaimer',
    args: [claimerWallet.account.address, true],
  })
  await payer.sendTransaction({ to: bytesToHex(cyd.address), value: parseEther('1'), chain: null })
  const store = await new DataDir({ path: join(dataDir, 'liar'), deployment: places.rollup }, closing).texts(
    'settlement transactions',
  )
  const claimer = await openClaimer(context, places.l2Url, places.rollup, { secret: claimerSecret, store })
  closing.add(() => claimer.close())
  const config = await claimer.config(signal)
  // How long a busy machine takes to answer is no part of what is tried.
  const client = createSequencerClient({ url: places.sequencerUrl, clock }, { timeoutMs: withinMs })
  const da = await createLocalDa({ log }, { dir: join(dataDir, 'da') })
  closing.add(() => da.close())
  const ledger = new Ledger(claimer)
  const following = ledger.follow(signal)
  // It ends with the run; what it fails with shows in what waits for the inbox.
  following.catch(() => undefined)
  const wait: Stage['wait'] = (what, look) => waitFor(what, look, { clock, everyMs, withinMs }, signal)
  const accountOf = (shard: number, owner: Uint8Array): number => {
    const found = stack.accounts.find((each) => each.shard === shard && bytesToHex(each.owner) === bytesToHex(owner))
    if (found === undefined) throw new RangeError(`no account in shard ${shard}`)
    return found.account
  }
  const [own, other] = castShards
  const of = (owner: { readonly address: Uint8Array }): number => accountOf(own, owner.address)
  const cast: Cast = {
    ...people,
    accounts: { ann: of(ann), ben: of(ben), cyd: of(cyd) },
    otherAccount: accountOf(other, ann.address),
  }
  for (const shard of castShards)
    await wait(`the accounts of shard ${shard}`, () =>
      client.account(shard, stack.accounts.length / castShards.length - 1, signal),
    )
  const honest = new Honest({ client, config, l2, cast, payer, signal, wait })
  await honest.open()
  const verifier = chooseVerifier(context.config.run.verifier)
  const newPast = (): Past => new Past({ client, config, ledger, verifier })
  return {
    dataDir,
    stack,
    roles,
    config,
    l2,
    client,
    clock,
    signal,
    cast,
    honest,
    past: newPast(),
    newPast,
    ledger,
    provoked: 0,
    leaveSilence: undefined,
    claimer,
    claimerWallet,
    da,
    payer,
    wait,
  }
}

async function openClaimer(
  { clock, log, signal }: Context,
  url: string,
  rollup: `0x${string}`,
  own: Pick<SettlementDeps, 'secret' | 'store'>,
): Promise<ClaimerSettlement> {
  const settlement = await openSettlement(
    {
      transport: rpcTransport(url, { timeoutMs: 10_000 }),
      clock,
      log: log.child({ part: 'liar' }, { level: 'error' }),
      metrics: createSettlementMetrics(new Registry()),
      ...own,
    },
    { ...settlementDefaults, rollup: hexToBytes(rollup), pollMs: stackPollMs },
    signal,
  )
  await settlement.ensureBond(signal)
  return settlement
}

/** Stops the honest processes where they stand: the liar takes their place. */
export const pause = ({ stack }: Stage, role: 'sequencer' | 'batcher' | 'node'): void =>
  void process.kill(stack.roles.get(role).pid, 'SIGSTOP')

export const resume = ({ stack }: Stage, role: 'sequencer' | 'batcher' | 'node'): void =>
  void process.kill(stack.roles.get(role).pid, 'SIGCONT')

/** What a lie is told about, and what it is told over. */
export interface Opportunity {
  readonly scene: Scene
  readonly head: { readonly number: bigint; readonly hash: Uint8Array; readonly lastHeader: BlockHeader }
  readonly lineage: Uint8Array
  readonly sealed: readonly SealedBlock[]
}

/** Lets honest people go on for a round that nobody claims, and stops those who would claim or contradict. */
export async function opportunity(stage: Stage, needs: readonly Need[]): Promise<Opportunity> {
  const { claimer, client, honest, l2, past, roles, cast, signal, wait } = stage
  pause(stage, 'batcher')
  await wait('what the batcher sent', async () => ((await l2.settled(roles.batcher.address)) ? true : undefined))
  const { block, items } = await honest.goOn(needs)
  const latest = await wait('the round to be sealed', async () => {
    const sealed = await client.block('latest', signal)
    const header = sealed?.block.header
    return header !== undefined && header.number >= block && header.inboxCount >= items ? header : undefined
  })
  const head = await claimer.head(signal)
  const lineage = await claimer.lineage(signal)
  const ground = await past.ground(head.lastHeader, lineage, latest.inboxCount, signal)
  const sealed = await sealedBetween(client, head.lastHeader.number, latest.number, signal)
  pause(stage, 'sequencer')
  return { scene: { ground, cast, blocks: draftOf(sealed) }, head, lineage, sealed }
}
