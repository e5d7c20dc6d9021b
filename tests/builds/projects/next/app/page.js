export default () => <p>Done</p>;
