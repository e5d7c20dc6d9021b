import { Outlet, Scripts } from "react-router";

export default () => (
    <html lang="en">
        <body>
            <Outlet />
            <Scripts />
        </body>
    </html>
);
