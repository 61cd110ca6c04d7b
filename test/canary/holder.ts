/** A process that holds the planted value, put together at run time: the memory search must find it. */
const held = Buffer.from(['PLANTED', 'LEAK', '7h2Kq'].join('-'))
setInterval(() => held.length, 1000)
process.send?.('ready')
