import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PNG } from 'pngjs'
import {
  fontsFile,
  pictured,
  pictureName,
  picturesFolder,
  pictureViews,
  Screens,
} from '../../system/support/screens.ts'

await using screens = await Screens.open()
await mkdir(picturesFolder, { recursive: true })
for (const view of pictureViews) {
  const screen = await screens.view(view)
  await screen.show('empty')
  await writeFile(join(picturesFolder, fontsFile), `${JSON.stringify(await screen.fonts())}\n`)
  for (const scene of pictured) {
    await screen.show(scene)
    const name = pictureName(scene, view)
    // Without an opacity, and packed as well as it goes: the pictures are kept for good.
    const packed = PNG.sync.write(await screen.picture(), { colorType: 2, deflateLevel: 9 })
    await writeFile(join(picturesFolder, name), packed)
    console.log(`${name} ${packed.length}`)
  }
}
