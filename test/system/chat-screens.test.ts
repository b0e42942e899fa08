import { isDeepStrictEqual } from 'node:util'
import pixelmatch from 'pixelmatch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pictured, pictureName, pictureViews, readFonts, readPicture, type Screen, Screens } from './support/screens.ts'

/** Share of a picture's pixels that may look different: other processors draw the edges of letters otherwise. */
const tolerated = 0.002

let screens: Screens
beforeAll(async () => {
  screens = await Screens.open()
}, 120_000)
afterAll(async () => screens?.[Symbol.asyncDispose]())

const wrongOf = async (screen: Screen, scene: string) => {
  await screen.show(scene)
  const [violations, overflowing] = [await screen.violations(), await screen.visit.overflowing()]
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
    const fonts = [await screen.fonts(), await readFonts()]
    skip(!isDeepStrictEqual(fonts[0], fonts[1]), `other fonts than the pictures have: ${JSON.stringify(fonts)}`)
    const different = []
    for (const scene of pictured) {
      const name = pictureName(scene, view)
      const reference = await readPicture(name)
      await screen.show(scene)
      const { width, height, data } = await screen.picture()
      const pixels =
        width === reference.width && height === reference.height
          ? pixelmatch(data, reference.data, undefined, width, height, { threshold: 0.15 })
          : width * height
      if (pixels > tolerated * width * height) different.push({ name, pixels })
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
    expect((await screen.violations()).map((each) => each.split(':')[0])).toEqual(
      expect.arrayContaining(['button-name', 'color-contrast']),
    )
    expect(await screen.visit.overflowing()).toContain('p "pale and wide"')
  })
})
