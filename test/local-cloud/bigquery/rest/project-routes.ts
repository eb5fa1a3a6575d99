import { type Route, route, type Services } from "./route.ts";

/** `projects.list`: the projects that have a dataset here. */
export function projectRoutes({ catalog }: Services): Route[] {
  return [
    route("GET", "/projects", () => {
      const projects = catalog.listProjects().map((project) => ({
        kind: "bigquery#project",
        id: project,
        numericId: "1",
        friendlyName: project,
        projectReference: { projectId: project },
      }));
      return { body: { kind: "bigquery#projectList", projects, totalItems: projects.length } };
    }),
    route("GET", "/projects/{project}/serviceAccount", ({ at }) => ({
      body: {
        kind: "bigquery#getServiceAccountResponse",
        email: `bq@${at("project")}.iam.gserviceaccount.com`,
      },
    })),
  ];
}
