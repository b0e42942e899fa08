import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const folder = 'examples/hello'

/** Does what the guide to a first message says, word for word but for its capitals. @returns what each of the two printed. */
export async function followGuide(guide: string, places: string): Promise<[string[], string[]]> {
  const files = [...guide.matchAll(/`([\w-]+\.ts)`:\n\n```ts\n([^`]*(?:`[^`\n]+`[^`]*)*?)```/g)]
  const commands = [...guide.matchAll(/^npx node (.*)$/gm)].map(([, words = '']) => words.split(' '))
  if (files.length !== 2 || commands.length !== 2) throw new Error('the guide has not two files and two commands')
  // Inside the checkout, for there the packages are found.
  const made = await mkdtemp(join(root, 'examples', '.hello-'))
  const running: ChildProcess[] = []
  try {
    for (const [, name = '', code = ''] of files) await writeFile(join(made, name), code)
    const run = (words: readonly string[], put: Readonly<Record<string, string>>) => {
      const args = words.map((word) => put[word] ?? word.replace(folder, made))
      const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
      running.push(child)
      return printed(child)
    }
    const [alone = [], withFriend = []] = commands
    const first = run(alone, { MESSAGING: places })
    const address = (await first.line(/^I am (0x[0-9a-f]{40})$/))[1] as string
    const second = run(withFriend, { MESSAGING: places, ADDRESS: address })
    return [await first.all, await second.all]
  } finally {
    for (const child of running) child.kill('SIGKILL')
    await rm(made, { recursive: true })
  }
}

function printed(child: ChildProcess) {
  const lines: string[] = []
  const waiting = new Set<() => void>()
  createInterface({ input: child.stdout as Readable }).on('line', (line) => {
    lines.push(line)
    for (const look of [...waiting]) look()
  })
  const all = new Promise<string[]>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve(lines) : reject(new Error(`it ended with ${code}`))))
  })
  all.catch(() => undefined)
  const line = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      for (const each of lines) {
        const found = pattern.exec(each)
        if (found !== null) return found
      }
      const next = new Promise<void>((resolve) => {
        const look = (): void => {
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
      })
      await Promise.race([next, all])
    }
  }
  return { all, line }
}
