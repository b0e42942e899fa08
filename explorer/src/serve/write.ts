/** Writes the built explorer into a folder, for a server of files: `--out DIR`, and whom it asks, as settings name it. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { settingNames, settingsOf } from '../settings/settings.ts'
import { buildExplorer, fillExplorer } from './index.ts'

const names = ['out', ...settingNames]
const { values } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])) })
const { out, ...given } = values
if (typeof out !== 'string') throw new TypeError('--out says into which folder')
for (const [name, file] of fillExplorer(await buildExplorer(), settingsOf(given))) {
  await mkdir(dirname(join(out, name)), { recursive: true })
  await writeFile(join(out, name), file)
  console.log(`${name} ${file.length}`)
}
