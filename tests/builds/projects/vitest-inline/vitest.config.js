export default { test: { server: { deps: { inline: ["visiono-workflow"] } } } };
