import { render } from 'preact'
import '../../src/style/page.css'
import { scenes } from './scenes.tsx'

const waitFor = async <T,>(what: string, look: () => T | undefined): Promise<T> => {
  for (let frames = 0; frames < 300; frames += 1) {
    const found = look()
    if (found !== undefined) return found
    await new Promise((resolve) => requestAnimationFrame(resolve))
  }
  throw new Error(`not there: ${what}`)
}

function control(words: string): HTMLElement | undefined {
  const all = [...document.querySelectorAll<HTMLElement>('button, summary')]
  return all.find((each) => [each.getAttribute('aria-label'), each.title, each.textContent?.trim()].includes(words))
}

/** Shows the scene that the address names, and says so once it stands. */
async function play(): Promise<void> {
  const name = location.hash.slice(1)
  const scene = scenes[name]
  Object.assign(window, { scenes: Object.keys(scenes) })
  if (scene === undefined) return
  render(scene.view(), document.getElementById('app') as HTMLElement)
  // What is played is shown over some frames.
  for (let frames = 0; frames < 20; frames += 1) await new Promise((resolve) => requestAnimationFrame(resolve))
  for (const words of scene.press ?? []) (await waitFor(words, () => control(words))).click()
  await document.fonts.ready
  for (let frames = 0; frames < 20; frames += 1) await new Promise((resolve) => requestAnimationFrame(resolve))
  document.documentElement.dataset.shows = name
}

void play()
