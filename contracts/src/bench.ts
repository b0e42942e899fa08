export { messageLogAbi, messageLogBytecode } from '../abi/message-log.ts'
