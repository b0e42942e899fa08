import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changedFor, explorerPictured, explorerPicturesFolder, RecordedExplorer } from './support/explorer-pictures.ts'
import { explorerViews } from './support/explorer-visit.ts'
import { differingPixels, fontsOf, pictureName, pictureOf, readFonts } from './support/looks.ts'

let explorer: RecordedExplorer
beforeAll(async () => {
  explorer = await RecordedExplorer.open()
}, 360_000)
afterAll(async () => explorer?.[Symbol.asyncDispose]())

describe('pages of the explorer, of recorded answers', () => {
  test.for(Object.entries(explorerPictured))(
    '%s › holds, and looks as it did (npm run pictures)',
    async ([name, address], { skip }) => {
      const visit = await explorer.visit(changedFor(name))
      await visit.show(address)
      expect(await visit.page.locator('.failed').count()).toBe(name === 'untrue' ? 1 : 0)
      expect(visit.visit.errors).toEqual([])
      const fonts = [await fontsOf(visit.page), await readFonts(explorerPicturesFolder)]
      skip(!isDeepStrictEqual(fonts[0], fonts[1]), `other fonts than the pictures have: ${JSON.stringify(fonts)}`)
      const different = []
      for (const view of explorerViews) {
        await visit.look(view)
        const picture = pictureName(name, view)
        const pixels = await differingPixels(await pictureOf(visit.page), join(explorerPicturesFolder, picture))
        if (pixels > 0) different.push({ picture, pixels })
      }
      expect(different).toEqual([])
    },
  )
})
