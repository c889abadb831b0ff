-- Who heads a department, in their order, and to whom somebody reports.
CREATE TABLE department_managers (
    department_id TEXT   NOT NULL REFERENCES departments (id) ON DELETE CASCADE,
    position      BIGINT NOT NULL,              -- 0: the first among them
    member_id     TEXT   NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    PRIMARY KEY (department_id, member_id)
);
CREATE INDEX department_managers_by_member ON department_managers (member_id);

CREATE TABLE member_managers (
    member_id  TEXT NOT NULL PRIMARY KEY REFERENCES members (id) ON DELETE CASCADE,
    manager_id TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE
);
CREATE INDEX member_managers_by_manager ON member_managers (manager_id);
