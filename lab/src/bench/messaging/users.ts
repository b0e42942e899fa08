import { join } from 'node:path'
import type { Closing } from '@parley/cli/roles'
import { createSequencerClient } from '@parley/client'
import { httpContents, severalContents } from '@parley/content'
import {
  ChainLog,
  ContactDirectory,
  type ConversationDeps,
  createInstallation,
  levelStore,
  systemClock,
  systemRandom,
} from '@parley/messaging'
import { systemClock as runtimeClock } from '@parley/runtime'
import { ClassicLevel } from 'classic-level'
import { createWalletClient, hexToBytes, http } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import type { Talk } from '../../load/talk.ts'
import type { Stack } from '../../stack/stack.ts'
import { countedContents, type PutCounts } from './counted-contents.ts'
import { type OnMessage, openPair, type PairOptions, type User } from './pair.ts'
import { registerAll } from './registration.ts'

export interface UsersOptions {
  readonly dataDir: string
  readonly talks: readonly Talk[]
  readonly counts: PutCounts
  readonly onMessage: OnMessage
  readonly onFailure: (error: unknown) => void
  /** Is given how many there are. */
  readonly onOpened: (users: number) => void
}

/** Pairs that join at once. */
const joiningAtOnce = 16
const pollMs = 200

/** Two users for each conversation, registered on the L2, each with its own clients of everything and its own part of one database. */
export async function openUsers(
  stack: Stack,
  options: UsersOptions,
  closing: Closing,
  signal: AbortSignal,
): Promise<readonly User[]> {
  const { places, deployment, payer } = stack
  const { messaging, l2Url } = places
  if (messaging === undefined) throw new TypeError('no messaging runs in this stack')
  const db = new ClassicLevel<string, Uint8Array>(join(options.dataDir, 'users'), { valueEncoding: 'view' })
  closing.add(() => db.close())
  const clientOf = (account = privateKeyToAccount(generatePrivateKey())) =>
    createWalletClient({ account, transport: http(l2Url), pollingInterval: pollMs, cacheTime: 0 })
  const people = Array.from({ length: 2 * options.talks.length }, () => {
    const account = privateKeyToAccount(generatePrivateKey())
    return { account, installation: createInstallation(hexToBytes(account.address), systemRandom) }
  })
  const sponsor = clientOf(privateKeyToAccount(`0x${Buffer.from(payer).toString('hex')}`))
  await registerAll({ client: sponsor, directory: messaging.directory }, people, signal)
  const depsOf = (number: number): ConversationDeps => {
    const { account, installation } = people[number] as (typeof people)[number]
    const sequencer = createSequencerClient({ url: places.sequencerUrl })
    const feed = createSequencerClient({ url: places.relayUrl ?? places.sequencerUrl })
    const stores = messaging.storeUrls.map((url) => httpContents({ url }))
    return {
      log: new ChainLog(sequencer, deployment, feed),
      contents: countedContents(severalContents(stores, runtimeClock), options.counts),
      store: levelStore(db.sublevel<string, Uint8Array>(`${number}`, { valueEncoding: 'view' })),
      directory: new ContactDirectory(clientOf(account), messaging.directory, systemClock),
      clock: systemClock,
      random: systemRandom,
      installation,
    }
  }
  const pairOf = ({ shard, index, seats }: Talk, number: number): PairOptions => ({
    place: { shard, index },
    keys: [0, 1].map((slot) => seats.get(slot)?.key) as unknown as PairOptions['keys'],
    deps: [depsOf(2 * number), depsOf(2 * number + 1)],
    onMessage: options.onMessage,
    onFailure: options.onFailure,
  })
  const opened: User[][] = options.talks.map(() => [])
  let next = 0
  const open = async (): Promise<void> => {
    for (let number = next++; number < options.talks.length; number = next++) {
      opened[number] = [...(await openPair(pairOf(options.talks[number] as Talk, number), signal))]
      options.onOpened(opened.flat().length)
    }
  }
  await Promise.all(Array.from({ length: joiningAtOnce }, open))
  // Neighbours are of different conversations: who speaks in turn does not wait for its own partner.
  return [0, 1].flatMap((slot) => opened.map((pair) => pair[slot] as User))
}
