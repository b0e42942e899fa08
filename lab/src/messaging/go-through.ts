import { join } from 'node:path'
import { Closing } from '@parley/cli/roles'
import { createGatewayClient, createGateways } from '@parley/client'
import { createWalletClient, http } from 'viem'
import { goThroughDevices } from './devices.ts'
import {
  attach,
  type FailuresDeps,
  finish,
  force,
  refuseStranger,
  removeBob,
  switchGateway,
  withholdFromStore,
} from './failures.ts'
import { meet, register } from './meeting.ts'
import { withholdFromPds } from './pds.ts'
import { People } from './people.ts'
import { type MessagingStack, openStage, type StageDeps } from './stage.ts'
import { type StepReport, Steps } from './steps.ts'
import { onlookersOf } from './strangers.ts'

/** What going through messaging came to. */
export interface MessagingReport {
  /** Those that happened, in their order. */
  readonly steps: readonly StepReport[]
}

/** Milliseconds that one step may take: some hundred times what it takes where nothing else runs. */
const stepWithinMs = 600_000
/** Milliseconds after which a message that the sequencer does not answer for is forced. */
const forceAfterMs = 1_500

/**
 * People without money meet, talk, add and lose devices and members, while servers censor, withhold and drop; each step with what
 * shows that it happened.
 * @throws {LabError} `STEP_FAILED`.
 */
export async function goThroughMessaging(
  context: StageDeps,
  stack: MessagingStack,
  directory: string,
  signal: AbortSignal,
): Promise<MessagingReport> {
  const { clock, log } = context
  const closing = new Closing()
  try {
    const stage = await openStage(context, stack, closing)
    const people = new People(stage.configuration, join(directory, 'devices'), signal)
    closing.add(() => people.close())
    const onStep = ({ step, seconds }: StepReport): void => log.info({ step, seconds }, 'step taken')
    const steps = new Steps({ clock, onStep }, stepWithinMs, signal)
    const client = createWalletClient({ transport: http(stack.places.l2Url), pollingInterval: 200, cacheTime: 0 })
    const onlookers = onlookersOf(stack, client, clock)
    const { configuration } = stage
    const deps = { steps, people, client, configuration }
    const failures: FailuresDeps = { steps, people, stage, onlookers }
    const alice = await register(deps, 'Alice', { forceAfterMs })
    const bob = await register(deps, 'Bob')
    const charlie = await register(deps, 'Charlie')
    const meeting = await meet(deps, alice, bob)
    const gateways = createGateways({
      client,
      contracts: { ...configuration.contracts, queue: onlookers.queue },
      gateways: configuration.gateways.map((at) => createGatewayClient(at)),
    })
    await refuseStranger(failures, charlie, meeting, async (message, until) => {
      await gateways.carryOut({ kind: 'forced', item: { kind: 'message', message } }, until)
    })
    await attach(failures, meeting)
    await goThroughDevices({ ...failures, clock }, meeting)
    await withholdFromStore(failures, meeting)
    await withholdFromPds(failures, meeting)
    const dave = await switchGateway(failures)
    await removeBob(failures, meeting, dave)
    await force(failures, meeting.lunch, dave)
    await finish(failures, alice, meeting.lunch)
    return { steps: steps.done }
  } finally {
    await closing.close()
  }
}
