package nadir.hapi;

import ca.uhn.fhir.batch2.jobs.export.BulkDataExportProvider;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.dao.IFhirSystemDao;
import ca.uhn.fhir.jpa.provider.IJpaSystemProvider;
import ca.uhn.fhir.jpa.provider.JpaCapabilityStatementProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.narrative2.NullNarrativeGenerator;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import ca.uhn.fhir.rest.server.util.ISearchParamRegistry;
import org.apache.commons.dbcp2.BasicDataSource;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * HAPI FHIR R4 on 127.0.0.1 until standard input closes, so that no test run leaves it behind.
 *
 * <p>Says {@code READY <base URL>} on standard output when it answers; all else goes to standard error. Its settings
 * are the system properties of {@link Settings}.
 */
public final class TestServer {

    private TestServer() {}

    public static void main(String[] args) {
        try {
            serve();
        } catch (Throwable e) {
            e.printStackTrace();
            Runtime.getRuntime().exit(1); // HAPI's threads are no daemons: without this a failed start never ends
        }
    }

    private static void serve() throws Exception {
        var spring = new AnnotationConfigApplicationContext(Settings.class);
        var jetty = new Server();
        var loopback = new ServerConnector(jetty);
        loopback.setHost("127.0.0.1");
        loopback.setPort(Integer.getInteger("hapi.port", 0));
        jetty.addConnector(loopback);

        var fhir = new ServletHolder(restfulServer(spring));
        fhir.setInitOrder(1);
        var context = new ServletContextHandler();
        context.addServlet(fhir, "/fhir/*");
        jetty.setHandler(context);
        jetty.start();

        System.out.printf("READY http://127.0.0.1:%d/fhir%n", loopback.getLocalPort());
        System.out.flush();
        System.in.transferTo(java.io.OutputStream.nullOutputStream());
        jetty.stop();
        spring.getBean(BasicDataSource.class).close(); // H2 puts a database in a file away when its last user leaves
        Runtime.getRuntime().halt(0);
    }

    private static RestfulServer restfulServer(ApplicationContext spring) {
        var server = new RestfulServer(spring.getBean(FhirContext.class));
        server.getFhirContext().setNarrativeGenerator(new NullNarrativeGenerator());
        server.registerProviders(spring.getBean(ResourceProviderFactory.class).createProviders());
        server.registerProvider(spring.getBean(IJpaSystemProvider.class));
        server.registerProvider(spring.getBean(BulkDataExportProvider.class));
        server.setPagingProvider(spring.getBean(DatabaseBackedPagingProvider.class));
        server.setServerConformanceProvider(new JpaCapabilityStatementProvider(
                server,
                spring.getBean(IFhirSystemDao.class),
                spring.getBean(JpaStorageSettings.class),
                spring.getBean(ISearchParamRegistry.class),
                spring.getBean(IValidationSupport.class)));
        return server;
    }
}
