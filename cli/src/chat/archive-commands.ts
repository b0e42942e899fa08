import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messagingLimits } from '@parley/messaging'
import type { ChatCommand } from './command.ts'
import { fileWithin } from './file-within.ts'
import { placeOf } from './shown.ts'

/** Files of an archive: `00000001.segment` and so on. */
const segmentPattern = /^\d{8}\.segment$/
/** A recovery has some 200 bytes for each conversation. */
const maxRecoveryBytes = 4_194_304
const wordsOfRecovery = 24
const secretMode = 0o600

async function* segmentsIn(directory: string): AsyncGenerator<Uint8Array> {
  const names = (await readdir(directory)).filter((name) => segmentPattern.test(name))
  for (const name of names.sort()) yield fileWithin(join(directory, name), messagingLimits.segmentBytes)
}

/** What outlives the devices. */
export const archiveCommands: readonly ChatCommand[] = [
  {
    name: 'recovery',
    form: 'FILE [PASSPHRASE]',
    about:
      'Write a file by which a new device takes the place of all lost ones, under a passphrase of 12 characters at least, or 24 words that are shown once.',
    async run({ messenger }, given) {
      const path = given.word(0, 'file')
      const passphrase = given.from(1)
      const { recovery, words } = await messenger.makeRecovery(passphrase === '' ? {} : { passphrase })
      await writeFile(path, recovery, { flag: 'wx', mode: secretMode })
      return { file: path, words: words ?? null }
    },
  },
  {
    name: 'recover',
    form: 'FILE WORDS|PASSPHRASE',
    about: 'Take the place of lost devices; this one must be registered.',
    async run({ messenger }, given) {
      const recovery = await fileWithin(given.word(0, 'file'), maxRecoveryBytes)
      const secret = given.textFrom(1, 'secret')
      const isWords = secret.split(/\s+/).length === wordsOfRecovery
      const { conversations, lost } = await messenger.recover({
        recovery,
        ...(isWords ? { words: secret } : { passphrase: secret }),
      })
      return {
        conversations: conversations.map((room) => ({ place: placeOf(room), title: room.title })),
        lost: lost.map(({ place, title }) => ({ place: `${place.shard}/${place.index}`, title })),
      }
    },
  },
  {
    name: 'export',
    form: 'DIRECTORY',
    about:
      'Write all messages of this device into a new directory, encrypted: only a recovery of this device opens them.',
    async run({ messenger, signal }, given) {
      given.atMost(1)
      const directory = given.word(0, 'directory')
      await mkdir(directory)
      let segments = 0
      for await (const segment of messenger.exportArchive()) {
        signal.throwIfAborted()
        segments += 1
        await writeFile(join(directory, `${`${segments}`.padStart(8, '0')}.segment`), segment, { flag: 'wx' })
      }
      return { directory, segments }
    },
  },
  {
    name: 'import',
    form: 'DIRECTORY',
    about: 'Add messages of such a directory to the history of your conversations, after /recover.',
    run({ messenger }, given) {
      given.atMost(1)
      return messenger.importArchive(segmentsIn(given.word(0, 'directory')))
    },
  },
]
