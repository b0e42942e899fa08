import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { vectorFiles } from './files.ts'

/** Writes every vector file; with `--check`, only says which are not what the types generate, and ends with 1 if any. */
const check = process.argv.includes('--check')
for (const { file, render } of vectorFiles) {
  const content = await render()
  if (!check) writeFileSync(file, content)
  else if (readFileSync(file, 'utf8') !== content) {
    process.exitCode = 1
    process.stderr.write(`${basename(file)} is not what the types generate; run npm run vectors\n`)
  }
}
