// A member as a process of its own, to be killed: argv are its directory, its key and its claimer.
import { hexToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { FakeCommittee } from './fake-committee.ts'
import { startMember } from './member.ts'

const [dir, secret, claimer] = process.argv.slice(2) as [string, `0x${string}`, string]
const committee = new FakeCommittee()
const account = privateKeyToAccount(secret)
committee.begin({ number: 1, k: 1, members: [{ address: hexToBytes(account.address), url: 'http://unused' }] })
committee.claimers.add(claimer)
const member = await startMember(committee, account, dir)
while (member.node.unreadyBecause() !== undefined) await new Promise((resolve) => setTimeout(resolve, 5))
process.stdout.write(`${member.url}\n`)
