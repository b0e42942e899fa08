import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { differingPixels, fontsOf, pictureName, pictureOf, readFonts, violationsOf } from './support/looks.ts'
import { pictured, picturesFolder, pictureViews, type Screen, Screens } from './support/screens.ts'

let screens: Screens
beforeAll(async () => {
  screens = await Screens.open()
}, 360_000)
afterAll(async () => screens?.[Symbol.asyncDispose]())

const wrongOf = async (screen: Screen, scene: string) => {
  await screen.show(scene)
  const [violations, overflowing] = [await violationsOf(screen.visit.page), await screen.visit.overflowing()]
  return violations.length + overflowing.length === 0 ? [] : [{ scene, violations, overflowing }]
}

describe('every screen of the page in which people talk', () => {
  test.each([
    { width: 320, colorScheme: 'light' },
    { width: 1280, colorScheme: 'dark' },
  ] as const)('$width pixels, $colorScheme › axe finds nothing, and nothing stands out sideways', async (view) => {
    const screen = await screens.view(view)
    const scenes = await screen.scenes()
    expect(scenes).toEqual(expect.arrayContaining([...pictured]))
    const wrong = []
    for (const scene of scenes) wrong.push(...(await wrongOf(screen, scene)))
    expect(wrong).toEqual([])
    expect(screen.visit.errors).toEqual([])
  })

  test.for(pictureViews)('$width pixels, $colorScheme › looks as it did (npm run pictures)', async (view, { skip }) => {
    const screen = await screens.view(view)
    await screen.show('empty')
    const fonts = [await fontsOf(screen.visit.page), await readFonts(picturesFolder)]
    skip(!isDeepStrictEqual(fonts[0], fonts[1]), `other fonts than the pictures have: ${JSON.stringify(fonts)}`)
    const different = []
    for (const scene of pictured) {
      const name = pictureName(scene, view)
      await screen.show(scene)
      const pixels = await differingPixels(await pictureOf(screen.visit.page), join(picturesFolder, name))
      if (pixels > 0) different.push({ name, pixels })
      const overflowing = await screen.visit.overflowing()
      if (overflowing.length > 0) different.push({ name, overflowing })
    }
    expect(different).toEqual([])
  })

  test('a screen that is wrong › is found to be', async () => {
    const screen = await screens.view({ width: 360 })
    await screen.show('empty')
    await screen.visit.page.evaluate(`document.querySelector('main').innerHTML =
      '<p style="color: #bbb; background: #fff; width: 900px">pale and wide</p><button></button>'`)
    expect((await violationsOf(screen.visit.page)).map((each) => each.split(':')[0])).toEqual(
      expect.arrayContaining(['button-name', 'color-contrast']),
    )
    expect(await screen.visit.overflowing()).toContain('p "pale and wide"')
  })
})
