import { writeFileSync } from 'node:fs'
import { vectorFiles } from './files.ts'

for (const { file, render } of vectorFiles) writeFileSync(file, render())
