// npx node examples/lunch-main.ts L2_URL ROLLUP DIRECTORY INBOX SEQUENCER_URL HOST_KEY GUEST_KEY
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getBundle, poll } from '@parley/client'
import { MemoryContents } from '@parley/messaging/testing'
import { createClient, type Hex, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { lunch } from './lunch.ts'

type Arguments = [l2Url: string, rollup: Hex, directory: Hex, inbox: Hex, sequencer: string, host: Hex, guest: Hex]
const [l2Url, rollup, directory, inbox, sequencer, host, guest] = process.argv.slice(2) as Arguments
const contracts = { rollup, directory, inbox }
// Both are in this process; people apart share stores of contents.
const places = { l2Url, contracts, sequencer, contents: new MemoryContents() }
const folder = await mkdtemp(join(tmpdir(), 'lunch-'))
try {
  const atGuest = lunch(places, guest, join(folder, 'guest'))
  const identity = privateKeyToAccount(guest).address
  const client = createClient({ transport: http(l2Url) })
  // Whoever is not in the directory cannot be invited.
  await poll(async () => (await getBundle(client, { directory, identity })).registeredAt, AbortSignal.timeout(60_000))
  const atHost = await lunch(places, host, join(folder, 'host'), identity)
  console.log(JSON.stringify({ host: atHost, guest: await atGuest }))
} finally {
  await rm(folder, { recursive: true })
}
