import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { DevReport } from '@parley/lab'
import { optionsOf } from '../options.ts'
import { missingIn } from './expected.ts'

optionsOf(
  'npm run test:walk --',
  'Starts the whole stack as processes, goes through messaging on it as `parley dev --messaging --exit` does, and holds each step against what it must show.',
  {},
)
const binary = fileURLToPath(new URL('../../../cli/bin/parley.js', import.meta.url))
const args = [binary, 'dev', '--messaging', '--exit', '--json']
const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
const ended = new Promise<number>((resolve, reject) => {
  child.once('error', reject)
  child.once('close', (code) => resolve(code ?? 1))
})
const printed = await text(child.stdout)
const code = await ended
const steps = code === 0 ? ((JSON.parse(printed) as DevReport).messaging?.steps ?? []) : []
const missing = code === 0 ? missingIn(steps) : [`parley dev ended with ${code}`]
const seconds = Math.round(steps.reduce((sum, each) => sum + each.seconds, 0))
process.stdout.write(`${JSON.stringify({ steps: steps.length, seconds, missing })}\n`)
if (missing.length > 0) process.exitCode = 1
