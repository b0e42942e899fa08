import { randomBytes } from 'node:crypto'
import { variableOf } from '@parley/cli'
import { type Closing, type StandingClaim, waitFor } from '@parley/cli/roles'
import { devPreset, trialPreset } from '@parley/infra'
import { daLayerName, ownerAddress } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import type { Context } from '../../../context.ts'
import { type Observers, observe } from '../../../dev/observers.ts'
import { type DevRoles, deriveRoles } from '../../../devnet/roles.ts'
import { deriveFrom, deriveScalar } from '../../../load/seeded.ts'
import { FinalityTracker } from '../../../progress/finality.ts'
import { type Stack, startStack } from '../../../stack/stack.ts'
import { type CelestiaPlace, stackConfig } from '../../../stack/stack-config.ts'
import { CelestiaPosts } from '../counting/celestia-posts.ts'
import { CommitteePosts } from '../counting/committee-posts.ts'
import { L1Posts } from '../counting/l1-posts.ts'
import type { Post } from '../counting/posts.ts'
import { type Fronts, FrontsBuilder, type Rpc, rpcOf } from './front.ts'
import { SteadyLoad } from './load.ts'
import { batchAgeMs, drillChains, stackLayers } from './profile.ts'

/** What a drill waits for at most, on a machine that does other things besides. */
const withinMs = 110_000
const everyMs = 100
/** Seconds, longer than any drill: the sequencer is not to hold back for the L2's sake. */
const silenceLimit = 3_600
/** Rules take effect after a silence at the earliest. */
const upgradeNotice = 2 * silenceLimit

/** A running stack of all layers, behind what breaks them. */
export interface Stage {
  readonly dataDir: string
  readonly stack: Stack
  readonly fronts: Fronts
  readonly observers: Observers
  readonly roles: DevRoles
  /** Calls of the L1 and of the L2, past all that stands before them. */
  readonly l1: Rpc
  readonly l2: Rpc
  readonly clock: Clock
  readonly log: Logger
  readonly signal: AbortSignal
  /** Messages that were accepted in all drills so far on this stack. */
  accepted: number
  /** Of them in final blocks, as far as was counted, and the last of those blocks. */
  counted: { readonly messages: number; readonly block: bigint }
  /** Policy that the batcher runs with. */
  policy: string
  /** Waits for something within two minutes. @throws {CliError} `DEADLINE_PASSED`. */
  wait<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T>
  /** Begins a load whose keys follow from the seed. */
  load(seed: string): SteadyLoad
  /** Every inclusion of a part on every layer, read from the chains. */
  posts(): Promise<readonly Post[]>
  /** Claims that stand, from the one after `number` on. */
  claimsAfter(number: bigint): readonly StandingClaim[]
  /** Waits for a claim after `number` whose parts both lie on a layer. */
  claimOn(layer: string, number: bigint): Promise<StandingClaim>
  /** Number of the latest claim. */
  latestClaim(): bigint
  /** Sets a fault of Celestia's double, or ends it. */
  meddleCelestia(fault?: { readonly fault: string; readonly times?: number }): Promise<void>
  /** How often the fault that is set took effect. */
  celestiaHits(): Promise<number>
  /** Everything passes again. */
  heal(): Promise<void>
  /** Restarts the batcher with another policy, if it has another. */
  usePolicy(policy: string): Promise<void>
}

/** The layers of a claim's parts. */
export const layersOf = ({ claim }: StandingClaim): readonly string[] =>
  [claim.core, claim.witness].map(({ layer }) => daLayerName(layer))

export interface StageOptions {
  readonly dataDir: string
  /** Of the batcher, to begin with. */
  readonly policy: string
  /** Whether claims may be contested for long enough, and the node does it. */
  readonly contested: boolean
}

/** Starts the stack of the drills. */
export async function openStage(
  context: Context,
  { dataDir, policy, contested }: StageOptions,
  closing: Closing,
): Promise<Stage> {
  const { clock, log, signal, config } = context
  const owner = deriveScalar(deriveFrom(String(config.load.seed ?? randomBytes(32).toString('hex'))), 'owner')
  const builder = new FrontsBuilder(policy)
  closing.add(() => builder.close())
  const stack = await startStack(
    context,
    {
      dataDir,
      layer: stackLayers,
      lanes: config.run.lanes ?? 1,
      verifier: config.run.verifier,
      logLevel: config.log.level,
      virtual: undefined,
      owners: [ownerAddress(owner)],
      node: contested ? 'challenges' : true,
      batchAgeMs,
      pushPrices: false,
      changed: {
        contest: { ...devPreset.contest, silenceLimit },
        upgradeNotice,
        ...(contested && { windows: trialPreset.windows, challengeAfter: trialPreset.challengeAfter }),
      },
      chains: drillChains,
      settings: builder.settings,
      front: builder.front,
    },
    signal,
  )
  // Processes end before what they ask.
  closing.add(() => stack.stop())
  const fronts = await builder.built()
  const { places, deployment } = stack
  const roles = deriveRoles(drillChains.mnemonic, drillChains.users)
  const tracker = new FinalityTracker()
  const watching = { clock, log, config: stackConfig(config, places), goesOn: contested }
  const observers = await observe(watching, places, tracker, signal)
  const l1Posts = new L1Posts(places.l1Url, roles.batcher.address)
  const celestiaPosts = new CelestiaPosts(places.celestia as CelestiaPlace, deployment)
  const committeePosts = new CommitteePosts(places.daNodeUrls)
  const { adminUrl } = stack.roles.get('celestia-double').ready as { readonly adminUrl: string }
  const wait: Stage['wait'] = (what, look) => waitFor(what, look, { clock, everyMs, withinMs }, signal)
  const claims = (): readonly StandingClaim[] => observers.claims()?.claims ?? []
  const stage: Stage = {
    dataDir,
    stack,
    fronts,
    observers,
    roles,
    l1: rpcOf(places.l1Url),
    l2: rpcOf(places.l2Url),
    clock,
    log,
    signal,
    accepted: 0,
    counted: { messages: 0, block: 0n },
    policy,
    wait,
    load: (seed) => new SteadyLoad({ stack, observers, tracker, owner, clock, log }, seed, signal),
    async posts() {
      const lying = [...(await l1Posts.read()), ...(await celestiaPosts.read())]
      const certified = await committeePosts.read(claims(), new Set(lying.map(({ part }) => part)))
      return [...lying, ...certified]
    },
    claimsAfter: (number) => claims().filter(({ claim }) => claim.number > number),
    claimOn: (layer, number) =>
      wait(`a claim after ${number} on ${layer}`, () =>
        claims().find((each) => each.claim.number > number && layersOf(each).every((name) => name === layer)),
      ),
    latestClaim: () => claims().at(-1)?.claim.number ?? 0n,
    meddleCelestia: async (fault) => {
      const answer = await fetch(adminUrl, { method: 'PUT', body: JSON.stringify(fault ?? {}) })
      if (!answer.ok) throw new Error(`the double's faults were answered ${answer.status}: ${await answer.text()}`)
    },
    celestiaHits: async () => {
      const { hits = 0 } = (await (await fetch(adminUrl)).json()) as { readonly hits?: number }
      return hits
    },
    async heal() {
      await fronts.heal()
      await stage.meddleCelestia()
    },
    async usePolicy(wanted) {
      if (wanted === stage.policy) return
      await stack.roles.halt('batcher')
      await stack.roles.restart('batcher', { [variableOf('da.layer')]: wanted })
      stage.policy = wanted
    },
  }
  return stage
}
