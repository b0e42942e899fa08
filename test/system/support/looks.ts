import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import axe from 'axe-core'
import pixelmatch from 'pixelmatch'
import type { Page } from 'playwright-core'
import { PNG } from 'pngjs'
import type { View } from './browser.ts'

/** Share of a picture's pixels that may look different: other processors draw the edges of letters otherwise. */
const tolerated = 0.002

/** Where it stands what the fonts of the machine are that the pictures in a folder were taken on. */
export const fontsFile = 'fonts.json'

export const readFonts = async (folder: string): Promise<unknown> =>
  JSON.parse(await readFile(join(folder, fontsFile), 'utf8'))

export const pictureName = (what: string, { width, colorScheme }: View): string => `${what}-${width}-${colorScheme}.png`

/** What axe finds against WCAG 2.2 AA and good practice: rule, element and what is wrong, none when all is well. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  const { violations } = (await page.evaluate(`axe.run({ resultTypes: ['violations'] })`)) as axe.AxeResults
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  )
}

/** How wide a text is in the page's font, in pixels: a machine with another font shows all of it otherwise. */
export async function fontsOf(page: Page): Promise<{ readonly text: number }> {
  const text = await page.evaluate(`(() => {
    const context = document.createElement('canvas').getContext('2d')
    context.font = '100px ' + getComputedStyle(document.body).fontFamily
    return context.measureText('Who hears 1 of 2, by this font?').width
  })()`)
  return { text: text as number }
}

/** What is seen of the page. */
export async function pictureOf(page: Page): Promise<PNG> {
  return PNG.sync.read(await page.screenshot({ animations: 'disabled', caret: 'hide' }))
}

/** A picture without an opacity, and packed as well as it goes: it is kept for good. */
export const packed = (picture: PNG): Buffer => PNG.sync.write(picture, { colorType: 2, deflateLevel: 9 })

/** How many pixels differ from the reference picture; none when they are few enough to come from another processor. */
export async function differingPixels({ width, height, data }: PNG, reference: string): Promise<number> {
  const expected = PNG.sync.read(await readFile(reference))
  const pixels =
    width === expected.width && height === expected.height
      ? pixelmatch(data, expected.data, undefined, width, height, { threshold: 0.15 })
      : width * height
  return pixels > tolerated * width * height ? pixels : 0
}
