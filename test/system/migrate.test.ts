import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getBundle, keyAttribute, settingOf, signContactChange } from '@parley/client'
import { ClassicLevel } from 'classic-level'
import { bytesToHex, type Hex, sha256, toHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Messengers } from './support/messengers.ts'
import { runCommand } from './support/parley.ts'
import { Rollup } from './support/rollup.ts'

/** What some people said elsewhere. */
const talks = [
  { id: 'lunch', title: 'Lunch', speakers: ['anna', 'bob'], said: ['Noon?', 'Noon is fine.', 'See you.'] },
  { id: 'crowd', title: 'All of us', speakers: Array.from({ length: 17 }, (_, i) => `guest ${i}`), said: ['Hello!'] },
]
const year = 31_536_000n
const key = (name: string): Hex => sha256(toHex(name))

let rollup: Rollup
let directory: string
let contacts: Hex
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-migrate-'))
  rollup = await Rollup.start()
  contacts = (await Messengers.deploy(rollup)).contracts.directory
})
afterAll(async () => {
  await rollup?.stop()
  await rm(directory, { recursive: true, force: true })
})

async function run(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await runCommand(args, {
    PARLEY_L2_URL: rollup.chain.url,
    PARLEY_L2_ROLLUP: bytesToHex(rollup.deployment.rollup),
    PARLEY_L2_DIRECTORY: contacts,
    PARLEY_L2_POLL_MS: '100',
    PARLEY_SEQUENCER_URL: rollup.sequencer.url,
    PARLEY_L2_KEY: bytesToHex(rollup.roles.users[0]!.secret),
    ...more,
  })
  expect([code, stderr.replace(/^waiting until .*$/gm, '').trim()]).toEqual([0, ''])
  return JSON.parse(stdout)
}

/** Anna signs that she is registered, Bob has signed something else, and the guests have no accounts. */
async function dump(): Promise<string> {
  const signed = async (name: string, attributesOf = name) => {
    const account = privateKeyToAccount(generatePrivateKey())
    const attributes = [
      keyAttribute({ algorithm: 'Ed25519', use: 'installation', value: key(`${attributesOf} signs`) }, year),
      keyAttribute({ algorithm: 'X25519', use: 'fallback', value: key(`${attributesOf} opens`) }, year),
    ]
    const change = { kind: 'register', changes: attributes.map(settingOf) } as const
    const deadline = 4_000_000_000n
    const { signature } = await signContactChange(rollup.l2, {
      directory: contacts,
      change,
      deadline,
      account,
      nonce: 0n,
    })
    return {
      kind: 'identity',
      id: name,
      address: account.address,
      registration: { deadline: `${deadline}`, signature },
    }
  }
  const device = (identity: string) => {
    return {
      kind: 'installation',
      identity,
      installationKey: key(`${identity} signs`),
      fallbackKey: key(`${identity} opens`),
    }
  }
  const people = talks.flatMap(({ speakers }) => speakers).slice(2)
  const lines = [
    { kind: 'dump', version: 1, network: 'chat.example', at: 1_796_000_000_000 },
    await signed('anna'),
    device('anna'),
    await signed('bob', 'anna'),
    device('bob'),
    ...people.map((id) => ({ kind: 'identity', id })),
    ...talks.flatMap(({ id, title, speakers, said }) => [
      { kind: 'conversation', id, title },
      ...speakers.map((identity, i) => ({
        kind: 'member',
        conversation: id,
        identity,
        role: i === 0 ? 'admin' : 'member',
      })),
      { kind: 'last', conversation: id, digest: sha256(toHex(said.at(-1)!)), messages: said.length, at: 1 },
    ]),
  ]
  const path = join(directory, 'dump.jsonl')
  await writeFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return path
}

/** Takes out of a migration's store what it learned from answers. */
async function forget(data: string): Promise<void> {
  const db = new ClassicLevel<string, string>(join(data, 'migration'))
  for (const { id } of talks) {
    const name = `conversation ${id}`
    const { index: _, anchored: __, ...known } = JSON.parse((await db.get(name))!)
    await db.put(name, JSON.stringify({ ...known, added: 0 }))
  }
  await db.close()
}

const remainsOf = (told: { users: { identity: string; remains: { what: string }[] }[] }, identity: string) =>
  told.users.find((each) => each.identity === identity)?.remains ?? []

test('a migration › does each phase once, and says what remains for whom', { timeout: 360_000 }, async () => {
  const path = await dump()
  const data = join(directory, 'migration')
  const migrate = (...more: string[]) => run(['migrate', path, ...more, '--data', data, '--json'])
  await run(['account', 'open', '7', '1000000000000', '--json'])

  const nothing = await migrate()
  expect(nothing).toMatchObject({
    phases: [],
    identities: { total: 19, registered: 0 },
    conversations: { opened: 0 },
    links: null,
  })
  expect(remainsOf(nothing, 'anna')).toEqual([{ what: 'register' }])
  expect(remainsOf(nothing, 'guest 0')).toEqual([{ what: 'wallet' }])

  const registered = await migrate('--do', 'contacts')
  expect(registered.identities.registered).toBe(1)
  expect(remainsOf(registered, 'anna')).toEqual([])
  expect(remainsOf(registered, 'bob')).toEqual([{ what: 'sign', fault: 'SIGNATURE_REFUSED' }])
  const [annas] = (await readFile(path, 'utf8')).split('\n').slice(1)
  const { entries } = await getBundle(rollup.l2, { directory: contacts, identity: JSON.parse(annas!).address })
  expect(entries.map(({ value }) => value)).toContain(key('anna signs'))

  const opened = await migrate('7/0', '--do', 'conversations')
  expect(opened.conversations).toEqual({ total: 2, opened: 2, anchored: 0 })
  const again = await migrate('7/0', '--do', 'conversations,anchors')
  expect(again.conversations).toEqual({ total: 2, opened: 2, anchored: 2 })
  const [lunch, crowd] = await Promise.all([rollup.client.conversation(7, 0), rollup.client.conversation(7, 1)])
  expect([lunch!.members.map(({ role }) => role), crowd!.members.length]).toEqual([[2, 2, 1], 18])
  expect([lunch!.messageCount, crowd!.messageCount]).toEqual([1n, 1n])
  expect(await rollup.client.conversation(7, 2)).toBeUndefined()
  expect(remainsOf(again, 'anna')).toEqual([{ what: 'consent', conversation: 'lunch', place: '7/0' }])

  // As if it had been killed each time before it could write down what was answered.
  await forget(data)
  expect((await migrate('7/0', '--do', 'conversations,anchors')).conversations).toEqual(again.conversations)
  expect(await rollup.client.conversation(7, 2)).toBeUndefined()
  expect((await rollup.client.conversation(7, 0))!.messageCount).toBe(1n)

  expect((await stat(again.links)).mode & 0o777).toBe(0o600)
  const links = (await readFile(again.links, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(links).toHaveLength(19)
  const { link } = links.find(({ identity }) => identity === 'anna')
  const [, place, slot, secret] = /&conversation=(\d+\/\d+)&slot=(\d+)#(0x[0-9a-f]{64})$/.exec(link)!
  expect([place, slot]).toEqual(['7/0', '1'])
  const own = join(directory, 'own.key')
  await writeFile(own, `${key('anna speaks')}\n`, { mode: 0o600 })
  await run(['conversation', 'exchange', place!, own, '--json'], { PARLEY_MEMBER_KEY: secret! })

  const last = await migrate('7/0', '--do', 'contacts,conversations,anchors')
  expect(remainsOf(last, 'anna')).toEqual([])
  expect(last.conversations).toEqual(again.conversations)
  expect((await rollup.client.conversation(7, 0))!.messageCount).toBe(1n)
})
