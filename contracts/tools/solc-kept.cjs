#!/usr/bin/env node
// As `solc.cjs`, but what was compiled before is read back: forge asks for the same syntax trees at the start of every run of its tests.
const { spawnSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')

const args = process.argv.slice(2)
const input = args.includes('--standard-json') ? fs.readFileSync(0) : Buffer.alloc(0)
const digest = createHash('sha256').update(args.join(' ')).update(input).digest('hex')
const kept = path.join(__dirname, '..', 'cache', `solc-${digest}`)
if (!fs.existsSync(kept)) {
  const run = spawnSync(process.execPath, [path.join(__dirname, 'solc.cjs'), ...args], { input, maxBuffer: 2 ** 30 })
  process.stderr.write(run.stderr)
  if (run.status !== 0) process.exit(run.status ?? 1)
  fs.mkdirSync(path.dirname(kept), { recursive: true })
  // Whole or not at all, since several runs read it.
  fs.writeFileSync(`${kept}.${process.pid}`, run.stdout)
  fs.renameSync(`${kept}.${process.pid}`, kept)
}
const output = fs.readFileSync(kept)
for (let offset = 0; offset < output.length; ) {
  try {
    offset += fs.writeSync(1, output, offset)
  } catch (error) {
    // The pipe is full until forge reads on.
    if (error.code !== 'EAGAIN') throw error
  }
}
