// Formulas and output are no program: only blocks that name a language are coloured.
export default { configureHljs: (hljs) => hljs.configure({ languages: [] }) }
