import { choiceArgument } from '../action/arguments.ts'
import { isGiven } from '../config/config.ts'
import { ports } from '../config/ports.ts'
import type { Context } from '../process/context.ts'
import { Closing } from '../role/closing.ts'
import { checkL1, checkL2Accounts } from './accounts.ts'
import { checkContracts, checkFirstLogs, checkRollupKeys, openDeployment } from './deployment.ts'
import { examined, type Finding, finding } from './finding.ts'
import { checkL2Node, openL2Node, silentNode } from './l2-node.ts'
import { checkBlobs, checkLayers } from './layers.ts'
import { checkDataDir, checkNode, checkPorts, checkStores } from './machine.ts'
import { checkServers } from './servers.ts'
import { checkNeeds, checkSecrets, roleKeys } from './settings.ts'

/**
 * Examines everything that a role needs before it starts, and prints a line for each thing. Changes nothing.
 * @returns the exit code: 1 when there is a fault.
 */
export async function runDoctor(context: Context, [given]: readonly string[]): Promise<number> {
  const role = given === undefined ? undefined : choiceArgument('role', Object.keys(roleKeys), given)
  const findings: Finding[] = []
  for await (const found of examine(context, role)) {
    findings.push(...found)
    if (!context.config.run.json) context.out.write(found.map(lineOf).join(''))
  }
  const count = (grade: Finding['grade']): number => findings.filter((each) => each.grade === grade).length
  const [faults, warnings] = [count('fault'), count('warning')]
  if (context.config.run.json)
    context.out.write(`${JSON.stringify({ role: role ?? null, faults, warnings, checks: findings })}\n`)
  else context.out.write(`${findings.length} checks, ${faults} faults, ${warnings} warnings\n`)
  return faults > 0 ? 1 : 0
}

const marks = { ok: 'ok   ', warning: 'WARN ', fault: 'FAULT' } as const

function lineOf({ grade, check, code, said, remedy }: Finding): string {
  const line = `${marks[grade]} ${check}: ${code === 'OK' ? '' : `${code}: `}${said}`
  return `${remedy === '' ? line : `${line} -> ${remedy}`}\n`
}

async function* examine(context: Context, role: string | undefined): AsyncGenerator<readonly Finding[]> {
  const { config, sources } = context
  yield [checkNode()]
  if (role !== undefined) yield checkNeeds(context, role)
  yield checkSecrets(context)
  const { dataDir } = config.run
  if (dataDir !== undefined) yield examined('data directory', () => checkDataDir(dataDir))
  if (role !== undefined) {
    const standard = ports[role as keyof typeof ports]
    yield checkPorts(config, sources.get('run.port') === 'fallback' ? standard : config.run.port)
  }
  yield checkServers(context)
  yield* examineL2(context, role)
  if (!isGiven(config, 'l1.url')) return
  yield checkL1(context)
  yield checkBlobs(context)
}

/** The L2, and what depends on it: the deployment, its keys, the data directory's stores and the layers of its claims. */
async function* examineL2(context: Context, role: string | undefined): AsyncGenerator<readonly Finding[]> {
  const { config, signal } = context
  const { dataDir } = config.run
  if (!isGiven(config, 'l2.url')) {
    if (dataDir !== undefined) yield checkStores(dataDir, undefined)
    return
  }
  let node: Awaited<ReturnType<typeof openL2Node>>
  try {
    node = await openL2Node(context)
  } catch (error) {
    signal.throwIfAborted()
    yield [silentNode('L2 chain', error)]
    return
  }
  yield checkL2Node(context, node)
  yield checkContracts(context, node)
  yield examined('balances', () => checkL2Accounts(context, node))
  if (!isGiven(config, 'l2.rollup')) return
  const opened: Awaited<ReturnType<typeof openDeployment>>[] = []
  yield examined('deployment', async () => {
    const found = await openDeployment(context)
    opened.push(found)
    return finding('deployment', 'OK', found.name)
  })
  const [deployment] = opened
  if (deployment === undefined) return
  yield examined('L2 logs since the deployment', () => checkFirstLogs(context, node, deployment.reader.deploymentBlock))
  yield checkRollupKeys(context, role, node, deployment)
  if (dataDir !== undefined) yield examined('stores', () => checkStores(dataDir, deployment.name))
  if (role !== 'node' && role !== 'batcher') return
  const closing = new Closing()
  try {
    yield await checkLayers(context, deployment.reader, closing)
  } finally {
    await closing.close()
  }
}
