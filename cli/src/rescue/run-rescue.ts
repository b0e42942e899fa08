import { availableParallelism } from 'node:os'
import { createExecution } from '@parley/execution'
import { createNode, type RescueStep } from '@parley/node'
import type { Rescuer } from '@parley/settlement'
import { formatEther } from 'viem'
import { tell } from '../action/tell.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { createRegistry } from '../process/registry.ts'
import { Closing } from '../role/closing.ts'
import { openClaimRescuer, openDataDir, openReader } from '../role/l2.ts'
import { openLayers } from '../role/layers.ts'

/** Gas of a declaration and of filling a bond, and of a rescue: by block and by item, each in a shard of its own at worst. */
const gas = { declaring: 100_000n, bonding: 100_000n, block: 450_000n, item: 25_000n } as const

/** Verifies the chain as a node does, and has what waits in the inbox executed. It may be stopped and started again anywhere. */
export function rescue(context: Context): Promise<number> {
  const { config, clock, log, signal, err } = context
  return Closing.guard(async (closing) => {
    const dataDir = await openDataDir(context, closing)
    const rescuer = await openClaimRescuer(context, dataDir, closing)
    const waiting = await rescuer.waiting(signal)
    if (waiting === 0n) {
      await closing.close()
      return tell(context, { waiting, rescued: 0 })
    }
    await assertMeans(context, rescuer, waiting)
    const registry = createRegistry()
    const settlement = await openReader(context, registry, dataDir)
    const node = await createNode(
      {
        settlement,
        watch: { sources: [], evidencePeriod: settlement.evidencePeriod },
        layers: await openLayers({ config, clock, log, registry }, closing),
        createExecution: (chain) =>
          createExecution(
            { config: chain, log: log.child({ part: 'execution' }) },
            { lanes: config.run.lanes ?? availableParallelism(), verifier: config.run.verifier },
          ),
        store: await dataDir.tables('node chain'),
        clock,
        log,
        metrics: registry,
      },
      { confidence: config.node.confidence, snapshotEveryBlocks: config.node.snapshotEveryBlocks },
    )
    const stopping = new AbortController()
    const inner = AbortSignal.any([signal, stopping.signal])
    const running = node.run(inner)
    closing.add(async () => {
      stopping.abort()
      // What it failed with ended the rescue.
      await running.catch(() => undefined)
    })
    const show = (step: RescueStep): void => void err.write(`${lineOf(step)}\n`)
    const ended = running.then((): never => {
      throw signal.reason
    })
    const result = await Promise.race([node.rescue(rescuer, show, inner), ended])
    await closing.close()
    return tell(context, { waiting: result.items, rescued: result.rescued, blocks: result.blocks })
  })
}

/** Says what it costs, and demands that the account has it. @throws {CliError} `FUNDS_TOO_SMALL`. */
async function assertMeans({ signal, err }: Context, rescuer: Rescuer, waiting: bigint): Promise<void> {
  const [{ bond, funds }, gasPrice] = await Promise.all([rescuer.means(signal), rescuer.gasPrice(signal)])
  const missing = rescuer.terms.bond > bond ? rescuer.terms.bond - bond : 0n
  const blocks = (waiting + 63n) / 64n
  const most = (gas.declaring + gas.bonding + blocks * gas.block + waiting * gas.item) * gasPrice
  err.write(
    `${waiting} items wait; executing them takes at most ${formatEther(most)} ETH of gas at the present price, and a bond of ${formatEther(rescuer.terms.bond)} ETH, of which ${formatEther(missing)} ETH is missing; the bond can be taken out again\n`,
  )
  const needed = missing + most
  if (funds < needed) throw new CliError({ code: 'FUNDS_TOO_SMALL', address: rescuer.address, funds, needed })
}

function lineOf(step: RescueStep): string {
  const at = (seconds: bigint): string => new Date(Number(seconds) * 1000).toISOString()
  switch (step.step) {
    case 'not silent yet':
      return `item ${step.item} waits; silence can be declared from ${at(step.from)} on, unless a claim consumes it before`
    case 'declared':
      return step.outcome === 'done' ? 'silence declared' : 'somebody else declared silence'
    case 'notice':
      return `rescues open at ${at(step.opensAt)}, unless a claim consumes item ${step.item} before`
    case 'rescued':
      return step.outcome === 'done'
        ? `block ${step.block} rescued, with ${step.items} items`
        : `somebody else claimed block ${step.block}`
  }
}
