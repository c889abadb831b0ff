-- Roles that the organisation makes out of permissions, beside those that are built in.
CREATE TABLE roles (
    id          TEXT   NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL,
    name_key    TEXT   NOT NULL UNIQUE,
    description TEXT   NOT NULL,
    permissions TEXT   NOT NULL,                  -- JSON array of `resource:action`
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL
);

-- Since when a role that somebody holds is confined to departments; NULL: everywhere. It stays so when
-- the last of these departments is gone: then it is good for nothing.
ALTER TABLE member_roles ADD COLUMN confined_at BIGINT;

CREATE TABLE member_role_departments (
    member_id     TEXT NOT NULL,
    role          TEXT NOT NULL,
    department_id TEXT NOT NULL REFERENCES departments (id) ON DELETE CASCADE,
    PRIMARY KEY (member_id, role, department_id),
    FOREIGN KEY (member_id, role) REFERENCES member_roles (member_id, role) ON DELETE CASCADE
);
CREATE INDEX member_role_departments_by_department ON member_role_departments (department_id);
CREATE INDEX member_roles_by_role ON member_roles (role);
