import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSequencerClient, localOwner, type SequencerClient } from '@parley/client'
import { type Anvil, deriveRoles, devMnemonic } from '@parley/lab'
import { type BlockHeader, BlockHeaderType, type ChainConfig, toHex } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { createSignerClient, type SignerClient } from '@parley/signer/client'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Conversations, type Speaker } from './support/conversations.ts'
import { eventually } from './support/eventually.ts'
import { forever } from './support/l2.ts'
import { ParleyProcess } from './support/parley.ts'
import { deployParley, readConfig, startL2 } from './support/rollup-l2.ts'

const roles = deriveRoles(devMnemonic, 1)
const owner = localOwner(roles.users[0]!.secret)
let directory: string
let l2: Anvil
let config: ChainConfig
let shared: Readonly<Record<string, string>>
let socket: string
let signer: ParleyProcess
let client: SignerClient
const processes: ParleyProcess[] = []
/** The root that anybody has seen signed at a place. */
const seen = new Map<string, string>()

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): ParleyProcess {
  const process = new ParleyProcess(args, { ...shared, ...env })
  processes.push(process)
  return process
}

const key = { PARLEY_SIGNER_KEY: bytesToHex(roles.sequencer.secret) }

async function startSigner(): Promise<ParleyProcess> {
  const process = run(['signer', '--port', '0', '--data', join(directory, 'signer'), '--socket', socket], key)
  await process.line(/"ready"/)
  return process
}

/** The sequencer has no key, nobody else to ask, and is not told that it is alone. */
const sequencerOver = (data: string): ParleyProcess =>
  run(['sequencer', '--port', '0', '--data', join(directory, data), '--signer', socket])

async function urlOf(process: ParleyProcess): Promise<string> {
  return (await process.line(/"url":"(http:[^"]+)"/))[1] as string
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-system-signer-'))
  socket = join(directory, 'signer.sock')
  l2 = await startL2()
  const { rollup } = await deployParley(l2, roles, owner.address, [3])
  config = await readConfig(l2.url, rollup)
  shared = { PARLEY_L2_URL: l2.url, PARLEY_L2_ROLLUP: bytesToHex(rollup), PARLEY_RUN_LANES: '1' }
  const init = run(['signer', 'init', '--data', join(directory, 'signer')], key)
  expect(await init.ended, init.stderr.join('\n')).toBe(0)
  signer = await startSigner()
  client = createSignerClient({ kind: 'socket', path: socket })
}, 360_000)
afterAll(async () => {
  await Promise.all(processes.map((one) => one.kill()))
  await l2?.stop()
  await rm(directory, { recursive: true })
})

/** Notes every sealed block's header; two of one place are two headers. */
async function look(sequencer: SequencerClient): Promise<BlockHeader | undefined> {
  const head = (await sequencer.block('latest'))?.block.header.number ?? 0n
  let last: BlockHeader | undefined
  for (let number = 1n; number <= head; number += 1n) {
    const header = (await sequencer.block(number))?.block.header
    if (header === undefined) throw new Error(`block ${number} is not there`)
    const place = `${toHex(header.lineage)}/${number}`
    const root = toHex(BlockHeaderType.hashTreeRoot(header))
    expect(seen.get(place) ?? root).toBe(root)
    seen.set(place, root)
    last = header
  }
  return last
}

test('a signer › is killed and restarted, an older copy is refused, and no place is signed twice', async () => {
  const first = sequencerOver('one')
  const url = await urlOf(first)
  const place = { config, owner, client: createSequencerClient({ url, clock: systemClock }) }
  const conversations = new Conversations(place)
  const speaker: Speaker = await conversations.create(3)
  await conversations.say(speaker, 3)

  signer.signal('SIGKILL')
  await signer.ended
  await conversations.say(speaker, 3)
  const unready = async (): Promise<string | undefined> => {
    const answer = await fetch(`${url}/readyz`)
    const text = await answer.text()
    return answer.status === 503 && text.includes('waits for the signer') ? text : undefined
  }
  expect(await eventually('the sequencer to say that it waits', unready)).toContain(socket)
  signer = await startSigner()
  await eventually('the sequencer to go on', async () => (await fetch(`${url}/readyz`)).ok || undefined)
  const before = await eventually('a block', () => look(place.client))

  first.signal('SIGTERM')
  expect(await first.ended).toBe(0)
  await cp(join(directory, 'one'), join(directory, 'older'), { recursive: true })

  const again = sequencerOver('one')
  place.client = createSequencerClient({ url: await urlOf(again), clock: systemClock })
  await conversations.say(speaker, 3)
  const newer = await eventually('another block', async () => {
    const header = await look(place.client)
    return header !== undefined && header.number > before.number ? header : undefined
  })
  again.signal('SIGTERM')
  expect(await again.ended).toBe(0)

  const older = sequencerOver('older')
  expect(await older.ended).toBe(1)
  expect(older.stderr.join('\n')).toMatch(/COPY_OLDER.*the signer at/s)
  const asked = { chainId: config.chainId, inbox: config.inbox }
  const second = client.sign({ ...asked, header: { ...newer, stateRoot: new Uint8Array(32).fill(1) } }, forever)
  await expect(second).rejects.toMatchObject({ fault: { code: 'SECOND_HEADER', number: newer.number } })
  expect(await client.latest(forever)).toMatchObject({ number: newer.number })

  const whole = sequencerOver('one')
  place.client = createSequencerClient({ url: await urlOf(whole), clock: systemClock })
  await conversations.say(speaker, 3)
  await look(place.client)
}, 480_000)
