import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import {
  changedFor,
  explorerPictured,
  explorerPicturesFolder,
  RecordedExplorer,
  recordExplorer,
} from '../../system/support/explorer-pictures.ts'
import { explorerViews } from '../../system/support/explorer-visit.ts'
import { fontsFile, fontsOf, packed, pictureName, pictureOf } from '../../system/support/looks.ts'
import { pictured, picturesFolder, pictureViews, Screens } from '../../system/support/screens.ts'

async function write(folder: string, name: string, page: Page): Promise<void> {
  const bytes = packed(await pictureOf(page))
  await writeFile(join(folder, name), bytes)
  console.log(`${name} ${bytes.length}`)
}

async function writeFonts(folder: string, page: Page): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, fontsFile), `${JSON.stringify(await fontsOf(page))}\n`)
}

async function writeMessenger(): Promise<void> {
  await using screens = await Screens.open()
  for (const view of pictureViews) {
    const screen = await screens.view(view)
    const { page } = screen.visit
    await screen.show('empty')
    await writeFonts(picturesFolder, page)
    for (const scene of pictured) {
      await screen.show(scene)
      await write(picturesFolder, pictureName(scene, view), page)
    }
  }
}

async function writeExplorer(): Promise<void> {
  await using explorer = await RecordedExplorer.open()
  for (const [name, address] of Object.entries(explorerPictured)) {
    const visit = await explorer.visit(changedFor(name))
    await visit.show(address)
    await writeFonts(explorerPicturesFolder, visit.page)
    for (const view of explorerViews) {
      await visit.look(view)
      await write(explorerPicturesFolder, pictureName(name, view), visit.page)
    }
  }
}

const asked = process.argv.slice(2)
if (asked.includes('--record')) await recordExplorer()
if (!asked.includes('--explorer')) await writeMessenger()
await writeExplorer()
