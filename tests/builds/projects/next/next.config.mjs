export default { output: process.env.OUTPUT };
